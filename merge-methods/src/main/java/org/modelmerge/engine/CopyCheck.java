package org.modelmerge.engine;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.modelmerge.engine.MergePlan.CopyReason;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.engine.MergePlan.Range;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// Compares copied tensors of the experts with the base's: integers that differ are worth a warning, narrow floats that
/// differ cannot be merged.
final class CopyCheck {
    private static final int NAMED = 5;

    private final PlanInputs inputs;
    private final Progress progress;
    private final ByteBuffer ours = ByteBuffer.allocateDirect(Workload.COPY_BYTES);
    private final ByteBuffer theirs = ByteBuffer.allocateDirect(Workload.COPY_BYTES);

    CopyCheck(PlanInputs inputs, Progress progress) {
        this.inputs = inputs;
        this.progress = progress;
    }

    /// @return lines of warning
    /// @throws MergeException `UNSUPPORTED_DTYPE` for narrow floats that differ
    List<String> run(MergePlan plan) throws MergeException {
        long bytes = MergeBytes.ofCopyCheck(plan);
        if (bytes == 0) {
            return List.of();
        }
        progress.startPass("compare copied tensors", bytes);
        Set<String> differing = new LinkedHashSet<>();
        Set<String> models = new LinkedHashSet<>();
        for (PlannedTensor tensor : plan.tensors()) {
            for (int model = 1; !tensor.isMerged() && model < tensor.ranges().size(); model++) {
                Range range = tensor.ranges().get(model);
                if (range == null || equal(tensor, model, range)) {
                    continue;
                }
                if (tensor.copyReason() == CopyReason.UNSUPPORTED_DTYPE) {
                    throw MergeException.of(
                                    ErrorCode.UNSUPPORTED_DTYPE,
                                    "differs from the base, and " + tensor.dtype()
                                            + " cannot be averaged (got other values," + " expected equal ones)")
                            .inFile(inputs.shard(model, range).name())
                            .atTensor(tensor.name())
                            .withHint("pass --exclude with a pattern for this name to copy the base's tensor");
                }
                differing.add(tensor.name());
                models.add(plan.inputs().get(model).name());
            }
        }
        return differing.isEmpty() ? List.of() : List.of(warning(differing, models));
    }

    private static String warning(Set<String> tensors, Set<String> models) {
        List<String> shown = new ArrayList<>();
        for (String tensor : tensors) {
            if (shown.size() < NAMED) {
                shown.add(Printable.text(tensor));
            }
        }
        if (tensors.size() > NAMED) {
            shown.add("and " + (tensors.size() - NAMED) + " more");
        }
        return "integers and bools differ from the base's, which are copied: " + String.join(", ", shown) + " (in "
                + Printable.text(String.join(", ", models)) + ")";
    }

    private boolean equal(PlannedTensor tensor, int model, Range range) throws MergeException {
        Range base = tensor.ranges().getFirst();
        if (base == null) {
            throw new IllegalStateException("copied tensor " + tensor.name() + " without a range");
        }
        long size = tensor.byteCount();
        for (long start = 0; start < size; start += Workload.COPY_BYTES) {
            int count = (int) Math.min(Workload.COPY_BYTES, size - start);
            read(tensor, 0, base, start, ours.clear().limit(count));
            read(tensor, model, range, start, theirs.clear().limit(count));
            progress.read(2L * count);
            if (!ours.flip().equals(theirs.flip())) {
                return false;
            }
        }
        return true;
    }

    private void read(PlannedTensor tensor, int model, Range range, long start, ByteBuffer target)
            throws MergeException {
        try {
            inputs.source(model, range).read(target, range.offset() + start);
        } catch (MergeException e) {
            throw e.inFile(inputs.shard(model, range).name()).atTensor(tensor.name());
        }
    }
}
