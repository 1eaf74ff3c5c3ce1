package org.modelmerge.method;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.kernel.Kernels;

/// One window of one tensor, from the base and all experts: what a method sees.
///
/// All arrays have [#size()] elements. Entry j of every array belongs to one element of the tensor; which one is
/// the engine's business, so a method works elementwise and never looks at neighbours.
///
/// Arrays that hold the inputs belong to the engine and must not be changed. Arrays from [#zeros()], [#scratch()],
/// [#intScratch()] and [#magnitude()] are scratch space of this slice: the next slice of the same thread reuses them.
public final class Slice {
    private final Workspace workspace;
    private final String tensor;
    private final int tensorIndex;
    private final float[] base;
    private final float[][] experts;
    private final float[] out;
    private float @Nullable [][] tau;

    private Slice(Workspace workspace, String tensor, int tensorIndex, float[] base, float[][] experts, float[] out) {
        this.workspace = workspace;
        this.tensor = tensor;
        this.tensorIndex = tensorIndex;
        this.base = base;
        this.experts = experts;
        this.out = out;
    }

    /// A slice of plain arrays, for tests and for callers that hold their weights in memory.
    ///
    /// @param experts `[n][m]`
    public static Slice of(String tensor, float[] base, float[]... experts) {
        return new Workspace().slice(tensor, 0, base, experts);
    }

    /// The number of elements m.
    public int size() {
        return base.length;
    }

    /// The number of experts n.
    public int taskCount() {
        return experts.length;
    }

    /// The tensor's name.
    public String tensor() {
        return tensor;
    }

    /// The tensor's place among the merged tensors, for constants per tensor.
    public int tensorIndex() {
        return tensorIndex;
    }

    /// The base's elements.
    public float[] base() {
        return base;
    }

    /// The elements of expert `task`.
    public float[] expert(int task) {
        return experts[task];
    }

    /// All experts, `[n][m]`.
    public float[][] experts() {
        return experts;
    }

    /// The task vectors, `[n][m]`: expert - base.
    public float[][] tau() {
        if (tau == null) {
            float[][] difference = new float[experts.length][];
            for (int i = 0; i < experts.length; i++) {
                difference[i] = workspace.next(base.length);
                Kernels.subtract(experts[i], base, difference[i]);
            }
            tau = difference;
        }
        return tau;
    }

    /// The magnitudes of the task vectors, `[n][m]`.
    public float[][] magnitude() {
        float[][] magnitude = new float[experts.length][];
        for (int i = 0; i < experts.length; i++) {
            magnitude[i] = workspace.next(base.length);
            Kernels.magnitude(tau()[i], magnitude[i]);
        }
        return magnitude;
    }

    /// The result, to be filled by a method's step.
    public float[] out() {
        return out;
    }

    /// An array of anything, to be overwritten.
    public float[] scratch() {
        return workspace.next(base.length);
    }

    /// An array of anything, to be overwritten.
    public int[] intScratch() {
        return workspace.nextInts(base.length);
    }

    /// An array of zeros.
    public float[] zeros() {
        float[] zeros = scratch();
        Arrays.fill(zeros, 0);
        return zeros;
    }

    /// The same window with these tasks only, in this order; it shares all arrays.
    public Slice only(int... tasks) {
        float[][] chosen = new float[tasks.length][];
        for (int i = 0; i < tasks.length; i++) {
            chosen[i] = experts[tasks[i]];
        }
        return new Slice(workspace, tensor, tensorIndex, base, chosen, out);
    }

    /// Scratch arrays of one thread, reused from slice to slice.
    public static final class Workspace {
        private final List<float[]> arrays = new ArrayList<>();
        private final List<int[]> intArrays = new ArrayList<>();
        private int used;
        private int intsUsed;

        /// A workspace without arrays yet.
        public Workspace() {}

        /// Starts a new slice: all scratch arrays of the one before are free again.
        ///
        /// @param experts `[n][m]`
        public Slice slice(String tensor, int tensorIndex, float[] base, float[][] experts) {
            used = 0;
            intsUsed = 0;
            return new Slice(this, tensor, tensorIndex, base, experts, next(base.length));
        }

        private float[] next(int size) {
            if (used == arrays.size()) {
                arrays.add(new float[size]);
            }
            float[] array = arrays.get(used);
            if (array.length != size) {
                array = new float[size];
                arrays.set(used, array);
            }
            used++;
            return array;
        }

        private int[] nextInts(int size) {
            if (intsUsed == intArrays.size()) {
                intArrays.add(new int[size]);
            }
            int[] array = intArrays.get(intsUsed);
            if (array.length != size) {
                array = new int[size];
                intArrays.set(intsUsed, array);
            }
            intsUsed++;
            return array;
        }
    }
}
