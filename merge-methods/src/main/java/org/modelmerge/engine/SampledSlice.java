package org.modelmerge.engine;

import org.modelmerge.kernel.ElementOrder;
import org.modelmerge.kernel.Kernels;
import org.modelmerge.method.Slice;

/// The sampled parts of a slice, put together in arrays of their own; reused from slice to slice.
final class SampledSlice {
    private float[] base = new float[0];
    private float[] result = new float[0];
    private final float[][] tau;

    SampledSlice(int tasks) {
        this.tau = new float[tasks][0];
    }

    /// Takes the parts of a slice that belong to the sample.
    ///
    /// @param order how the elements of the slice lie, and those of the parts will
    /// @param ordinal of the leaf
    /// @param position the slice's first element, counted in its leaf
    /// @return whether there are any
    boolean take(Slice slice, float[] values, ElementOrder order, Sampling sampling, int ordinal, int position) {
        int[] size = {0};
        sampling.forEachPart(ordinal, position, position + slice.size(), (from, to) -> size[0] += to - from);
        if (size[0] == 0) {
            return false;
        }
        if (base.length != size[0]) {
            base = new float[size[0]];
            result = new float[size[0]];
            for (int i = 0; i < tau.length; i++) {
                tau[i] = new float[size[0]];
            }
        }
        int[] taken = {0};
        sampling.forEachPart(ordinal, position, position + slice.size(), (from, to) -> {
            order.copy(slice.base(), from - position, base, taken[0], to - from);
            order.copy(values, from - position, result, taken[0], to - from);
            for (int i = 0; i < tau.length; i++) {
                order.copy(slice.expert(i), from - position, tau[i], taken[0], to - from);
            }
            taken[0] += to - from;
        });
        for (float[] expert : tau) {
            Kernels.subtract(expert, base, expert);
        }
        return true;
    }

    float[] base() {
        return base;
    }

    float[][] tau() {
        return tau;
    }

    float[] result() {
        return result;
    }
}
