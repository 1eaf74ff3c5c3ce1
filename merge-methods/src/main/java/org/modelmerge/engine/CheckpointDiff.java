package org.modelmerge.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.error.MergeException;

/// What differs between two checkpoints: names, shapes, dtypes, and the values of tensors that both have.
///
/// Metadata and the split into shards play no part. All lists are in name order (UTF-16 code units).
///
/// @param onlyInA names that B lacks
/// @param onlyInB names that A lacks
/// @param shapes tensors of different shapes, whose values are not compared
/// @param dtypes tensors of different dtypes; their values are compared if both are floats
/// @param tensors what was compared
/// @param total over everything compared
public record CheckpointDiff(
        List<String> onlyInA,
        List<String> onlyInB,
        List<ShapeDifference> shapes,
        List<DTypeDifference> dtypes,
        List<TensorDifference> tensors,
        Values total) {
    public CheckpointDiff {
        onlyInA = List.copyOf(onlyInA);
        onlyInB = List.copyOf(onlyInB);
        shapes = List.copyOf(shapes);
        dtypes = List.copyOf(dtypes);
        tensors = List.copyOf(tensors);
    }

    /// Compares two open checkpoints in one pass and a few MiB of memory.
    ///
    /// @throws MergeException `CHANGED` or `IO`, or `CANCELLED` by the observer
    public static CheckpointDiff between(Checkpoint a, Checkpoint b, MergeObserver observer) throws MergeException {
        List<String> onlyInA = new ArrayList<>();
        List<String> onlyInB = new ArrayList<>();
        List<ShapeDifference> shapes = new ArrayList<>();
        List<DTypeDifference> dtypes = new ArrayList<>();
        List<Pair> pairs = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>(a.tensors().keySet());
        names.addAll(b.tensors().keySet());
        for (String name : names) {
            StoredTensor inA = a.tensor(name);
            StoredTensor inB = b.tensor(name);
            if (inA == null || inB == null) {
                (inA == null ? onlyInB : onlyInA).add(name);
                continue;
            }
            DType dtypeA = inA.info().dtype();
            DType dtypeB = inB.info().dtype();
            if (dtypeA != dtypeB) {
                dtypes.add(new DTypeDifference(name, dtypeA, dtypeB));
            }
            if (!inA.info().shape().equals(inB.info().shape())) {
                shapes.add(
                        new ShapeDifference(name, inA.info().shape(), inB.info().shape()));
            } else if (dtypeA == dtypeB || (dtypeA.isFloat() && dtypeB.isFloat())) {
                pairs.add(new Pair(name, inA, inB));
            }
        }
        List<TensorDifference> tensors = compare(pairs, observer);
        a.checkUnchanged();
        b.checkUnchanged();
        return new CheckpointDiff(onlyInA, onlyInB, shapes, dtypes, tensors, total(tensors));
    }

    private static List<TensorDifference> compare(List<Pair> pairs, MergeObserver observer) throws MergeException {
        long bytes = 0;
        for (Pair pair : pairs) {
            bytes += pair.a().info().byteCount() + pair.b().info().byteCount();
        }
        observer.passStarted("compare", 1, 1, bytes);
        TensorComparison comparison = new TensorComparison(observer);
        List<TensorDifference> tensors = new ArrayList<>(pairs.size());
        for (Pair pair : pairs) {
            tensors.add(new TensorDifference(pair.name(), comparison.compare(pair.a(), pair.b())));
        }
        return tensors;
    }

    private static Values total(List<TensorDifference> tensors) {
        Values total = Values.NONE;
        for (TensorDifference tensor : tensors) {
            total = total.plus(tensor.values());
        }
        return total;
    }

    private record Pair(String name, StoredTensor a, StoredTensor b) {}

    /// Whether both have the same tensors with the same shapes, dtypes and bits.
    public boolean isEqual() {
        return onlyInA.isEmpty()
                && onlyInB.isEmpty()
                && shapes.isEmpty()
                && dtypes.isEmpty()
                && total.changedCount() == 0;
    }

    /// A tensor of different shapes.
    public record ShapeDifference(String name, Shape a, Shape b) {}

    /// A tensor of different dtypes.
    public record DTypeDifference(String name, DType a, DType b) {}

    /// A tensor that was compared.
    public record TensorDifference(String name, Values values) {}

    /// How far values lie apart. Sums are float64, in the order of the elements and then of the tensors.
    ///
    /// Elements of the same dtype are changed when their bits differ; of different dtypes, when their values do,
    /// where NaN equals NaN. Differences that are no finite number (NaN or infinity on one side) are counted, and
    /// left out of the sums and the maximum.
    ///
    /// @param elementCount all elements
    /// @param changedCount those that differ
    /// @param nonFiniteCount those of the changed whose difference is not finite
    /// @param maxAbs the largest |b - a|; NaN where the dtype has no arithmetic here (8-bit floats, complex) and
    ///     something changed
    /// @param differenceSquares sum of (b - a)^2, NaN likewise
    /// @param squares sum of a^2 over finite a; 0 where the dtype has no arithmetic here
    public record Values(
            long elementCount,
            long changedCount,
            long nonFiniteCount,
            double maxAbs,
            double differenceSquares,
            double squares) {
        static final Values NONE = new Values(0, 0, 0, 0, 0, 0);

        /// |b - a| / |a|: 0 where nothing changed, NaN where it has no value.
        public double relativeNorm() {
            if (changedCount == 0) {
                return 0;
            }
            return squares == 0 ? Double.NaN : Math.sqrt(differenceSquares) / Math.sqrt(squares);
        }

        /// Both together; what has no arithmetic counts as changed and adds nothing to sums and maximum.
        Values plus(Values other) {
            return new Values(
                    elementCount + other.elementCount,
                    changedCount + other.changedCount,
                    nonFiniteCount + other.nonFiniteCount,
                    Math.max(maxAbs, finite(other.maxAbs)),
                    differenceSquares + finite(other.differenceSquares),
                    squares + other.squares);
        }

        private static double finite(double value) {
            return Double.isNaN(value) ? 0 : value;
        }
    }
}
