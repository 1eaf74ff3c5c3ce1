package org.modelmerge.twin;

import java.util.ArrayList;
import java.util.List;
import org.modelmerge.checkpoint.OutputTensor;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.kernel.CounterHash;

/// What exclusive experts will keep of one tensor, known before a value is read.
///
/// @param kept per task the rank of factors, the number of elements otherwise
record PlannedExclusive(String name, Shape shape, Form form, List<Long> kept) {
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    PlannedExclusive {
        kept = List.copyOf(kept);
    }

    /// @throws MergeException `UNSUPPORTED_FORMAT` if the factors or the kept elements fill no array
    static PlannedExclusive of(TwinMerging method, String name, Shape shape, Form form, List<String> tasks)
            throws MergeException {
        long elements = shape.elementCount();
        List<Long> kept = new ArrayList<>();
        for (String task : tasks) {
            kept.add(
                    switch (form) {
                        case FACTORS -> rank(method.density(), shape);
                        case SPARSE ->
                            method.strategy() == Strategy.MAGNITUDE
                                    ? Sparsity.countByMagnitude(method.density(), elements)
                                    : Sparsity.countByChance(
                                            method.density(), elements, key(method.seed(), task, name));
                        case DENSE, ORACLE -> elements;
                    });
        }
        PlannedExclusive planned = new PlannedExclusive(name, shape, form, kept);
        planned.requireArrays();
        return planned;
    }

    /// The key of everything random in one tensor of one task.
    static long key(long seed, String task, String tensor) {
        return CounterHash.key(CounterHash.key(seed, task), tensor);
    }

    /// `int(density * min(m, n))`, in double as the official code computes it.
    static long rank(double density, Shape shape) {
        return (long) (density * Math.min(shape.size(0), columns(shape)));
    }

    static long columns(Shape shape) {
        long columns = 1;
        for (int d = 1; d < shape.rank(); d++) {
            columns = Math.multiplyExact(columns, shape.size(d));
        }
        return columns;
    }

    private void requireArrays() throws MergeException {
        for (int task = 0; task < kept.size(); task++) {
            for (OutputTensor output : outputs(task)) {
                long count = output.shape().elementCount();
                if (form != Form.DENSE && form != Form.ORACLE && count > LARGEST_ARRAY) {
                    throw MergeException.of(
                                    ErrorCode.UNSUPPORTED_FORMAT,
                                    "too large to be compressed (got " + count + " numbers to keep, expected at most "
                                            + LARGEST_ARRAY + ")")
                            .atTensor(name)
                            .withHint("raise --mask-rate, or pass --exclude with a pattern for this name");
                }
            }
        }
        if (form == Form.FACTORS && Math.max(shape.size(0), columns(shape)) > LARGEST_ARRAY) {
            throw MergeException.of(
                            ErrorCode.UNSUPPORTED_FORMAT,
                            "too large to be factored (got " + shape + ", expected sides up to " + LARGEST_ARRAY + ")")
                    .atTensor(name);
        }
    }

    /// The stored tensors of one task.
    List<OutputTensor> outputs(int task) {
        return ExpertLayout.outputs(name, shape, form, kept.get(task));
    }
}
