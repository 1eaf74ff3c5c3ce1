package org.modelmerge.engine;

import java.util.Objects;
import org.modelmerge.engine.MergePlan.PlannedTensor;

/// What passes of a plan read.
final class MergeBytes {
    private MergeBytes() {}

    static long ofMergedTensors(MergePlan plan) {
        long bytes = 0;
        for (PlannedTensor tensor : plan.tensors()) {
            if (tensor.isMerged()) {
                bytes += tensor.shape().elementCount() * SliceLoader.bytesOfElement(tensor);
            }
        }
        return bytes;
    }

    /// What comparing copied tensors of experts with the base's reads at most.
    static long ofCopyCheck(MergePlan plan) {
        long bytes = 0;
        for (PlannedTensor tensor : plan.tensors()) {
            if (!tensor.isMerged()) {
                long compared = tensor.ranges().stream()
                        .skip(1)
                        .filter(Objects::nonNull)
                        .count();
                bytes += compared * 2 * tensor.byteCount();
            }
        }
        return bytes;
    }

    static long ofEmit(MergePlan plan) {
        long bytes = ofMergedTensors(plan);
        for (PlannedTensor tensor : plan.tensors()) {
            bytes += tensor.isMerged() ? 0 : tensor.byteCount();
        }
        return bytes;
    }
}
