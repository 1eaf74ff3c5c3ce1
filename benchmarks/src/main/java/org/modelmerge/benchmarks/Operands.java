package org.modelmerge.benchmarks;

import java.util.Arrays;
import java.util.SplittableRandom;

/// The arrays that kernels are measured on, and the comparison of what they return.
final class Operands {
    /// Elements of a window, as the engine cuts them by default.
    static final int SIZE = 1 << 14;

    private Operands() {}

    /// A window of a task vector: of the order of 0.001, with a heavy tail, one element in 16 equal to the base's.
    static float[] taskVector(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] tau = new float[SIZE];
        for (int j = 0; j < SIZE; j++) {
            float z = (float) random.nextGaussian();
            tau[j] = random.nextInt(16) == 0 ? 0 : 0.001f * z * Math.abs(z);
        }
        return tau;
    }

    /// Uniform numbers.
    static float[] between(float from, float to, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[SIZE];
        for (int j = 0; j < SIZE; j++) {
            values[j] = from + (to - from) * (float) random.nextDouble();
        }
        return values;
    }

    /// @throws IllegalStateException if an element differs; 0 and -0 do
    static void requireSame(String what, float[] fast, float[] readable) {
        require(what, Arrays.mismatch(fast, readable) == -1);
    }

    /// @throws IllegalStateException if the condition does not hold
    static void require(String what, boolean condition) {
        if (!condition) {
            throw new IllegalStateException(what + ": the fast form differs from the readable one");
        }
    }
}
