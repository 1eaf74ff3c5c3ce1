package org.modelmerge.twin;

import java.util.ArrayList;
import java.util.List;
import org.modelmerge.checkpoint.OutputTensor;
import org.modelmerge.engine.MergePlan;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.error.MergeException;

/// What all exclusive experts will keep, known before a value is read.
///
/// @param tensors in the order of the merge's plan
record ExclusivePlan(TwinMerging method, List<PlannedExclusive> tensors) {
    ExclusivePlan {
        tensors = List.copyOf(tensors);
    }

    /// @throws MergeException `UNSUPPORTED_FORMAT` if what is kept of a tensor fills no array
    static ExclusivePlan of(TwinMerging method, MergePlan plan) throws MergeException {
        List<PlannedExclusive> tensors = new ArrayList<>();
        for (PlannedTensor tensor : plan.tensors()) {
            Form form = method.form(tensor.name(), tensor.shape().rank());
            if (tensor.isMerged() && form != null) {
                tensors.add(PlannedExclusive.of(method, tensor.name(), tensor.shape(), form, plan.tasks()));
            }
        }
        return new ExclusivePlan(method, tensors);
    }

    /// What there is to warn of.
    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        long reshaped = tensors.stream()
                .filter(tensor ->
                        tensor.form() == Form.FACTORS && tensor.shape().rank() > 2)
                .count();
        if (reshaped > 0) {
            warnings.add(reshaped + " tensors with more than two dimensions are factored as [d0, rest], which the"
                    + " official code refuses");
        }
        long empty = tensors.stream()
                .filter(tensor -> tensor.kept().contains(0L) && tensor.shape().elementCount() > 0)
                .count();
        if (empty > 0) {
            warnings.add(
                    "of " + empty + " tensors the mask rate leaves nothing (rank or count 0): there all tasks share"
                            + " the shared expert's");
        }
        return warnings;
    }

    /// The stored tensors of one task.
    List<OutputTensor> outputs(int task) {
        List<OutputTensor> outputs = new ArrayList<>();
        tensors.forEach(tensor -> outputs.addAll(tensor.outputs(task)));
        return outputs;
    }

    /// The elements of all tensors, each counted once.
    long elementCount() {
        return tensors.stream()
                .mapToLong(tensor -> tensor.shape().elementCount())
                .sum();
    }

    /// Bytes of the arrays in use at their largest, an estimate from above: of one large tensor, or of as many small
    /// ones as there are threads.
    long peakBytes(int threads) {
        long peak = 0;
        for (PlannedExclusive tensor : tensors) {
            boolean large = tensor.shape().elementCount() > ExclusiveWork.LARGE_ELEMENTS;
            long bytes = large
                    ? Compression.peakBytes(method, tensor, threads)
                    : threads * Compression.peakBytes(method, tensor, 1);
            peak = Math.max(peak, bytes);
        }
        return peak;
    }
}
