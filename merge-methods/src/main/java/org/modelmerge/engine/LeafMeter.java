package org.modelmerge.engine;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.SliceEncoder;
import org.modelmerge.engine.MergePlan.Range;
import org.modelmerge.kernel.DotProduct;
import org.modelmerge.kernel.Kernels;
import org.modelmerge.method.Slice;

/// Measures the slices of one leaf after another; one per thread.
final class LeafMeter {
    private final int tasks;
    private final DotProduct[] sums;
    private final long[] counts = new long[4];
    private final @Nullable SliceEncoder narrowing;
    private float[] scratch = new float[0];
    private int[] signs = new int[0];

    LeafMeter(int tasks, boolean mixedDTypes, int sliceElements) {
        this.tasks = tasks;
        this.sums = new DotProduct[LeafStatistics.sumCount(tasks)];
        Arrays.setAll(sums, k -> new DotProduct());
        this.narrowing = mixedDTypes ? new SliceEncoder(sliceElements) : null;
    }

    void start() {
        for (DotProduct sum : sums) {
            sum.clear();
        }
        Arrays.fill(counts, 0);
    }

    /// Folds a slice in.
    ///
    /// @param result the method's result before rounding to the output's dtype
    /// @param written the value of the written bytes
    /// @param position the slice's first element, counted in its leaf
    void add(Slice slice, float[] result, float[] written, long position, List<@Nullable Range> ranges, boolean pairs) {
        float[] base = slice.base();
        int size = base.length;
        if (scratch.length != size) {
            scratch = new float[size];
            signs = new int[size];
        }
        float[][] tau = slice.tau();
        Kernels.subtract(result, written, scratch);
        sums[2].add(scratch, scratch, position);
        addNarrowing(base, ranges, position);
        float[] merged = scratch;
        Kernels.subtract(written, base, merged);
        sums[0].add(base, base, position);
        sums[1].add(merged, merged, position);
        int pair = 3 + 4 * tasks;
        for (int i = 0; i < tasks; i++) {
            sums[3 + i].add(tau[i], tau[i], position);
            sums[3 + tasks + i].add(tau[i], merged, position);
            sums[3 + 2 * tasks + i].add(tau[i], base, position);
            for (int k = i + 1; k < tasks; k++, pair++) {
                if (pairs) {
                    sums[pair].add(tau[i], tau[k], position);
                }
            }
        }
        count(tau, merged);
    }

    private void addNarrowing(float[] base, List<@Nullable Range> ranges, long position) {
        if (narrowing == null) {
            return;
        }
        DType baseDType = dtype(ranges, 0);
        float[] rounded = new float[base.length];
        for (int i = 0; i < tasks; i++) {
            DType dtype = dtype(ranges, i + 1);
            if (dtype.bits() < Math.min(32, baseDType.bits())) {
                narrowing.encode(base, dtype, rounded);
                Kernels.subtract(base, rounded, rounded);
                sums[3 + 3 * tasks + i].add(rounded, rounded, position);
            }
        }
    }

    private static DType dtype(List<@Nullable Range> ranges, int model) {
        Range range = ranges.get(model);
        if (range == null) {
            throw new IllegalStateException("a merged tensor without a range");
        }
        return range.dtype();
    }

    private void count(float[][] tau, float[] merged) {
        Arrays.fill(signs, 0);
        for (float[] t : tau) {
            for (int j = 0; j < t.length; j++) {
                signs[j] |= (t[j] > 0 ? 1 : 0) | (t[j] < 0 ? 2 : 0);
            }
        }
        int active = 0;
        int conflicting = 0;
        int changed = 0;
        for (int j = 0; j < merged.length; j++) {
            active += signs[j] != 0 ? 1 : 0;
            conflicting += signs[j] == 3 ? 1 : 0;
            changed += merged[j] != 0 ? 1 : 0;
        }
        counts[0] += merged.length;
        counts[1] += active;
        counts[2] += active - conflicting;
        counts[3] += changed;
    }

    void finish(int ordinal, LeafStatistics statistics) {
        double[] values = new double[sums.length];
        for (int k = 0; k < sums.length; k++) {
            values[k] = sums[k].sum();
        }
        statistics.set(ordinal, values, counts.clone());
    }
}
