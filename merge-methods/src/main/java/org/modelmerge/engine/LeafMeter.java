package org.modelmerge.engine;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.SliceEncoder;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.engine.MergePlan.Range;
import org.modelmerge.kernel.DotProduct;
import org.modelmerge.kernel.ElementOrder;
import org.modelmerge.kernel.Kernels;
import org.modelmerge.kernel.SignCount;
import org.modelmerge.method.Slice;

/// Measures the slices of one leaf after another, or the sampled parts of them; one per thread.
final class LeafMeter {
    private final int tasks;
    private final Sampling sampling;
    private final DotProduct[] sums;
    private final SignCount signs = new SignCount();
    private final SliceEncoder rounding;
    private final SampledSlice sample;
    private final boolean[] differs;
    private long elements;
    private long changed;
    private float[] written = new float[0];
    private float[] scratch = new float[0];
    private ElementOrder order = ElementOrder.NATURAL;
    private DType dtype = DType.F32;
    private List<@Nullable Range> ranges = List.of();
    private Sampling parts = Sampling.ALL;
    private int ordinal;

    LeafMeter(int tasks, int sliceElements, Sampling sampling) {
        this.tasks = tasks;
        this.sampling = sampling;
        this.sums = new DotProduct[LeafStatistics.sumCount(tasks)];
        Arrays.setAll(sums, k -> new DotProduct());
        this.rounding = new SliceEncoder(sliceElements);
        this.sample = new SampledSlice(tasks);
        this.differs = new boolean[tasks];
    }

    /// Begins a leaf.
    void start(Leaf leaf, PlannedTensor tensor) {
        ordinal = leaf.ordinal();
        parts = sampling.forLeafOf(leaf.count());
        order = SliceLoader.order(tensor);
        dtype = tensor.dtype();
        ranges = tensor.ranges();
        for (DotProduct sum : sums) {
            sum.clear();
        }
        signs.clear();
        Arrays.fill(differs, false);
        elements = 0;
        changed = 0;
    }

    /// Folds a slice in.
    ///
    /// @param result the method's result before rounding to the output's dtype
    /// @param position the slice's first element, counted in its leaf
    void add(Slice slice, float[] result, int position) {
        for (int i = 0; i < tasks; i++) {
            differs[i] = differs[i] || Kernels.differ(slice.base(), slice.expert(i));
        }
        if (parts.every() == 1) {
            measure(slice.base(), slice.tau(), result);
        } else if (sample.take(slice, result, order, parts, ordinal, position)) {
            measure(sample.base(), sample.tau(), sample.result());
        }
    }

    private void measure(float[] base, float[][] tau, float[] result) {
        if (scratch.length != base.length) {
            scratch = new float[base.length];
            written = new float[base.length];
        }
        rounding.encode(result, dtype, order, written);
        Kernels.subtract(result, written, scratch);
        sums[2].add(scratch, scratch, elements, order);
        addNarrowing(base);
        float[] merged = scratch;
        Kernels.subtract(written, base, merged);
        sums[0].add(base, base, elements, order);
        sums[1].add(merged, merged, elements, order);
        int pair = 3 + 4 * tasks;
        for (int i = 0; i < tasks; i++) {
            sums[3 + i].add(tau[i], tau[i], elements, order);
            sums[3 + tasks + i].add(tau[i], merged, elements, order);
            sums[3 + 2 * tasks + i].add(tau[i], base, elements, order);
            for (int k = i + 1; k < tasks; k++, pair++) {
                sums[pair].add(tau[i], tau[k], elements, order);
            }
        }
        signs.add(tau);
        changed += SignCount.countNonZero(merged);
        elements += merged.length;
    }

    private void addNarrowing(float[] base) {
        DType baseDType = dtype(0);
        for (int i = 0; i < tasks; i++) {
            DType expert = dtype(i + 1);
            if (expert.bits() < Math.min(32, baseDType.bits())) {
                rounding.encode(base, expert, order, scratch);
                Kernels.subtract(base, scratch, scratch);
                sums[3 + 3 * tasks + i].add(scratch, scratch, elements, order);
            }
        }
    }

    private DType dtype(int model) {
        Range range = ranges.get(model);
        if (range == null) {
            throw new IllegalStateException("a merged tensor without a range");
        }
        return range.dtype();
    }

    /// Hands over the leaf's sums.
    void finish(LeafStatistics statistics) {
        double[] values = new double[sums.length];
        for (int k = 0; k < sums.length; k++) {
            values[k] = sums[k].sum();
        }
        long[] counts = new long[LeafStatistics.countCount(tasks)];
        counts[0] = elements;
        counts[1] = signs.active();
        counts[2] = signs.agreeing();
        counts[3] = changed;
        for (int i = 0; i < tasks; i++) {
            counts[4 + i] = differs[i] ? 1 : 0;
        }
        statistics.set(ordinal, values, counts);
    }
}
