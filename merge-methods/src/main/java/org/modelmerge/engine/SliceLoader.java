package org.modelmerge.engine;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.SliceReader;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.engine.MergePlan.Range;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.kernel.ElementOrder;
import org.modelmerge.kernel.Kernels;
import org.modelmerge.method.Slice;

/// Reads slices of merged tensors from all models.
final class SliceLoader implements SliceSource {
    private final MergePlan plan;
    private final PlanInputs inputs;
    private final int sliceElements;
    private final SliceReader[] readers;
    private final Slice.Workspace workspace = new Slice.Workspace();
    private float[] base = new float[0];
    private float[][] experts;
    private boolean baseHasNegativeZero;

    SliceLoader(MergePlan plan, PlanInputs inputs, int sliceElements) {
        this.plan = plan;
        this.inputs = inputs;
        this.sliceElements = Math.min(sliceElements, plan.leafElements());
        this.readers = new SliceReader[plan.inputs().size()];
        Arrays.setAll(readers, _ -> new SliceReader(this.sliceElements, Workload.ioBytes(this.sliceElements)));
        this.experts = new float[plan.inputs().size() - 1][0];
    }

    @Override
    public void forEachSlice(Leaf leaf, Visitor visitor) throws MergeException {
        PlannedTensor tensor = plan.tensors().get(leaf.tensor());
        long end = leaf.start() + leaf.count();
        for (long start = leaf.start(); start < end; start += sliceElements) {
            int count = (int) Math.min(sliceElements, end - start);
            visitor.visit(load(tensor, leaf.merged(), start, count, end), start);
        }
    }

    /// How the elements of a tensor lie in its slices; follows from the plan alone.
    static ElementOrder order(PlannedTensor tensor) {
        for (Range range : tensor.ranges()) {
            if (range == null || range.dtype() != DType.BF16) {
                return ElementOrder.NATURAL;
            }
        }
        return ElementOrder.EVEN_ODD;
    }

    /// Whether arithmetic may lose bits of the last slice on which all models agree.
    boolean mayLoseAgreement() {
        return plan.allowNonfinite() || baseHasNegativeZero;
    }

    @Override
    public void keepAgreement(Slice slice) {
        if (mayLoseAgreement()) {
            Kernels.keepAgreement(slice.base(), slice.experts(), slice.out());
        }
    }

    @Override
    public long bytesPerElement(PlannedTensor tensor) {
        return bytesOfElement(tensor);
    }

    /// The bytes that reading an element takes, over all models.
    static long bytesOfElement(PlannedTensor tensor) {
        long bytes = 0;
        for (Range range : tensor.ranges()) {
            bytes += range == null ? 0 : range.dtype().bytes();
        }
        return bytes;
    }

    private Slice load(PlannedTensor tensor, int merged, long start, int count, long leafEnd) throws MergeException {
        if (base.length != count) {
            base = new float[count];
            experts = new float[experts.length][count];
        }
        List<@Nullable Range> ranges = tensor.ranges();
        ElementOrder order = order(tensor);
        for (int model = 0; model < ranges.size(); model++) {
            Range range = ranges.get(model);
            if (range == null) {
                throw new IllegalStateException("merged tensor " + tensor.name() + " without a range");
            }
            SliceReader reader = readers[model];
            float[] target = model == 0 ? base : experts[model - 1];
            try {
                int bytes = range.dtype().bytes();
                long offset = range.offset() + start * bytes;
                long end = range.offset() + leafEnd * bytes;
                reader.readAhead(inputs.source(model, range), range.dtype(), offset, end, order, target);
                if (!plan.allowNonfinite()) {
                    refuseNonFinite(reader, order, target, start);
                }
            } catch (MergeException e) {
                throw e.inFile(inputs.shard(model, range).name()).atTensor(tensor.name());
            }
            if (model == 0) {
                baseHasNegativeZero = reader.hasNegativeZero();
            }
        }
        return workspace.slice(tensor.name(), merged, base, experts);
    }

    private void refuseNonFinite(SliceReader reader, ElementOrder order, float[] values, long start)
            throws MergeException {
        int j = reader.firstNonFinite();
        if (j >= 0) {
            throw MergeException.of(
                            ErrorCode.NON_FINITE,
                            "element " + (start + j) + " is not finite (got " + values[order.index(j, values.length)]
                                    + ", expected a finite number)")
                    .withHint("pass --allow-nonfinite to let it pass");
        }
    }
}
