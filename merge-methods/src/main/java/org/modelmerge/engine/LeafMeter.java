package org.modelmerge.engine;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.SliceEncoder;
import org.modelmerge.engine.MergePlan.Range;
import org.modelmerge.kernel.DotProduct;
import org.modelmerge.kernel.ElementOrder;
import org.modelmerge.kernel.Kernels;
import org.modelmerge.kernel.SignCount;
import org.modelmerge.method.Slice;

/// Measures the slices of one leaf after another; one per thread.
final class LeafMeter {
    private final int tasks;
    private final DotProduct[] sums;
    private final SignCount signs = new SignCount();
    private final SliceEncoder narrowing;
    private long elements;
    private long changed;
    private float[] scratch = new float[0];
    private ElementOrder order = ElementOrder.NATURAL;
    private List<@Nullable Range> ranges = List.of();
    private boolean full;

    LeafMeter(int tasks, int sliceElements) {
        this.tasks = tasks;
        this.sums = new DotProduct[LeafStatistics.sumCount(tasks)];
        Arrays.setAll(sums, k -> new DotProduct());
        this.narrowing = new SliceEncoder(sliceElements);
    }

    /// Begins a leaf.
    ///
    /// @param inFull whether to measure what a sample of leaves suffices for
    void start(ElementOrder elementOrder, List<@Nullable Range> tensorRanges, boolean inFull) {
        order = elementOrder;
        ranges = tensorRanges;
        full = inFull;
        for (DotProduct sum : sums) {
            sum.clear();
        }
        signs.clear();
        elements = 0;
        changed = 0;
    }

    /// Folds a slice in.
    ///
    /// @param result the method's result before rounding to the output's dtype
    /// @param written the value of the written bytes
    /// @param position the slice's first element, counted in its leaf
    void add(Slice slice, float[] result, float[] written, long position) {
        float[] base = slice.base();
        if (scratch.length != base.length) {
            scratch = new float[base.length];
        }
        float[][] tau = slice.tau();
        if (full) {
            addSampled(base, tau, result, written, position);
        }
        float[] merged = scratch;
        Kernels.subtract(written, base, merged);
        sums[0].add(base, base, position, order);
        sums[1].add(merged, merged, position, order);
        boolean pairs = full || tasks <= LeafStatistics.COSINES_OF_ALL_LEAVES;
        int pair = 3 + 4 * tasks;
        for (int i = 0; i < tasks; i++) {
            sums[3 + i].add(tau[i], tau[i], position, order);
            sums[3 + tasks + i].add(tau[i], merged, position, order);
            for (int k = i + 1; k < tasks; k++, pair++) {
                if (pairs) {
                    sums[pair].add(tau[i], tau[k], position, order);
                }
            }
        }
        signs.add(tau);
        elements += merged.length;
        changed += SignCount.countNonZero(merged);
    }

    private void addSampled(float[] base, float[][] tau, float[] result, float[] written, long position) {
        Kernels.subtract(result, written, scratch);
        sums[2].add(scratch, scratch, position, order);
        DType baseDType = dtype(0);
        for (int i = 0; i < tasks; i++) {
            sums[3 + 2 * tasks + i].add(tau[i], base, position, order);
            DType dtype = dtype(i + 1);
            if (dtype.bits() < Math.min(32, baseDType.bits())) {
                narrowing.encode(base, dtype, order, scratch);
                Kernels.subtract(base, scratch, scratch);
                sums[3 + 3 * tasks + i].add(scratch, scratch, position, order);
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

    void finish(int ordinal, LeafStatistics statistics) {
        double[] values = new double[sums.length];
        for (int k = 0; k < sums.length; k++) {
            values[k] = sums[k].sum();
        }
        statistics.set(ordinal, values, new long[] {elements, signs.active(), signs.agreeing(), changed});
    }
}
