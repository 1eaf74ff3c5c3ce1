package org.modelmerge.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.engine.MergePlan.Range;

/// What passes of a plan read.
final class MergeBytes {
    private MergeBytes() {}

    static long ofMergedTensors(MergePlan plan) {
        long bytes = 0;
        for (PlannedTensor tensor : plan.tensors()) {
            if (tensor.isMerged()) {
                bytes += tensor.shape().elementCount() * SliceLoader.bytesPerElement(tensor);
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

    /// Whether some expert keeps a merged tensor in fewer bits than the base, so that rounding has cost something.
    static boolean hasNarrowerExpert(MergePlan plan) {
        return plan.tensors().stream().filter(PlannedTensor::isMerged).anyMatch(t -> hasNarrowerExpert(t.ranges()));
    }

    private static boolean hasNarrowerExpert(List<@Nullable Range> ranges) {
        Range base = ranges.getFirst();
        for (Range range : ranges) {
            if (base != null
                    && range != null
                    && range.dtype().bits() < Math.min(32, base.dtype().bits())) {
                return true;
            }
        }
        return false;
    }
}
