package org.modelmerge.network;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// Names and shapes of a checkpoint, as an architecture reads its sizes off them.
public final class TensorShapes {
    private final Map<String, Shape> shapes;

    /// The tensors of a checkpoint.
    public TensorShapes(Map<String, Shape> shapes) {
        this.shapes = Map.copyOf(shapes);
    }

    /// What stands before `name` in the names of this checkpoint: nothing, or for example `bert.`.
    ///
    /// @param name a tensor that every network of the family has
    /// @throws MergeException `MISSING_TENSOR` if no tensor has this name, `MISMATCH` if it stands behind two
    ///     prefixes
    public String prefixOf(String name) throws MergeException {
        if (shapes.containsKey(name)) {
            return "";
        }
        String found = null;
        for (String candidate : shapes.keySet()) {
            if (candidate.endsWith("." + name)) {
                if (found != null) {
                    throw MergeException.of(
                                    ErrorCode.MISMATCH, "several tensors have names that end like this, expected one")
                            .atTensor(name);
                }
                found = candidate;
            }
        }
        if (found == null) {
            throw missing(name);
        }
        return found.substring(0, found.length() - name.length());
    }

    /// Whether there is a tensor with this name.
    public boolean has(String name) {
        return shapes.containsKey(name);
    }

    /// The shape of a tensor that the network needs.
    ///
    /// @throws MergeException `MISSING_TENSOR`; `MISMATCH` if it has another number of dimensions, or a size of
    ///     0
    public Shape shape(String name, int rank) throws MergeException {
        Shape shape = shapes.get(name);
        if (shape == null) {
            throw missing(name);
        }
        if (shape.rank() != rank || shape.elementCount() == 0 || shape.elementCount() > Integer.MAX_VALUE / 4) {
            throw MergeException.of(
                            ErrorCode.MISMATCH,
                            "wrong shape for the network (got " + shape + ", expected " + rank + " sizes and at most "
                                    + Integer.MAX_VALUE / 4 + " elements)")
                    .atTensor(name);
        }
        return shape;
    }

    /// A size of a tensor that the network needs.
    ///
    /// @throws MergeException as [#shape] does
    public int size(String name, int rank, int dimension) throws MergeException {
        return Math.toIntExact(shape(name, rank).size(dimension));
    }

    /// The number of layers: `prefix` 0 `suffix`, `prefix` 1 `suffix` and so on, as long as the names are
    /// there.
    ///
    /// @throws MergeException `MISSING_TENSOR` if there is none
    public int layerCount(String prefix, String suffix) throws MergeException {
        int count = 0;
        while (shapes.containsKey(prefix + count + suffix)) {
            count++;
        }
        if (count == 0) {
            throw missing(prefix + 0 + suffix);
        }
        return count;
    }

    @Nullable
    Shape find(String name) {
        return shapes.get(name);
    }

    static MergeException missing(String name) {
        return MergeException.of(ErrorCode.MISSING_TENSOR, "the network needs this tensor and the checkpoint lacks it")
                .atTensor(name);
    }
}
