package org.modelmerge.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// exp and tanh of float32 arrays, the same bits on every machine: equal to `(float) StrictMath.exp(x)` and `(float)
/// StrictMath.tanh(x)` for every float, which an exhaustive test shows.
///
/// Computed in float64 and rounded once. The argument is split as `x = k ln 2 + r` with `|r| <= ln 2 / 2`; a Taylor
/// polynomial of degree 13 gives expm1(r) to less than an ulp; `2^k` is made by shifting k into the exponent. The loops
/// have no branches and no calls, so that they are compiled for vectors.
public final class Transcendentals {
    private static final int BLOCK = 512;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private static final double LOG2_E = 1.4426950408889634;
    /// ln 2 in two parts, of fdlibm's `e_exp.c`: the first has 33 bits, so that k times it is exact.
    private static final double LN2_HIGH = 0.6931471803691238;
    private static final double LN2_LOW = 1.9082149292705877e-10;
    /// 1.5 * 2^52: adding it rounds to an integer, which then stands in the low bits.
    private static final double ROUNDER = 0x1.8p52;
    private static final long ONE_BITS = 1023L << 52;
    /// Beyond it float32 is infinite or 0, and 2^k still is a number.
    private static final double LARGEST_EXPONENT = 700;
    /// Beyond it tanh rounds to 1.
    private static final double LARGEST_DOUBLED = 80;

    /// tanh(x) rounds to x below it: x^3 / 3 is less than half an ulp.
    private static final float TANH_IS_IDENTITY = 0x1p-12f;

    private Transcendentals() {}

    /// `x[j] = exp(x[j])`.
    public static void exp(float[] x) {
        Block block = new Block();
        for (int from = 0; from < x.length; from += BLOCK) {
            int count = block.load(x, from);
            reduce(block.arguments, LARGEST_EXPONENT, 1, block.power, block.expm1);
            shift(MemorySegment.ofArray(block.power));
            expOf(block.power, block.expm1, block.results);
            System.arraycopy(block.results, 0, x, from, count);
        }
    }

    /// `x[j] = tanh(x[j])`.
    public static void tanh(float[] x) {
        Block block = new Block();
        for (int from = 0; from < x.length; from += BLOCK) {
            int count = block.load(x, from);
            if (largestMagnitude(block.arguments) < TANH_IS_IDENTITY) {
                continue;
            }
            reduce(block.arguments, LARGEST_DOUBLED, 2, block.power, block.expm1);
            shift(MemorySegment.ofArray(block.power));
            tanhOf(block.power, block.expm1, block.results);
            copySigns(MemorySegment.ofArray(block.arguments), MemorySegment.ofArray(block.results));
            System.arraycopy(block.results, 0, x, from, count);
        }
    }

    /// Scratch space.
    private static final class Block {
        private final double[] power = new double[BLOCK];
        private final double[] expm1 = new double[BLOCK];
        private final float[] arguments = new float[BLOCK];
        private final float[] results = new float[BLOCK];

        int load(float[] x, int from) {
            int count = Math.min(BLOCK, x.length - from);
            System.arraycopy(x, from, arguments, 0, count);
            return count;
        }
    }

    /// NaN if there is one.
    private static float largestMagnitude(float[] x) {
        float largest = 0;
        for (int j = 0; j < BLOCK; j++) {
            largest = Math.max(largest, Math.abs(x[j]));
        }
        return largest;
    }

    /// For y = factor * x: `power` gets k + ROUNDER, `expm1` gets exp(r) - 1.
    private static void reduce(float[] x, double limit, double factor, double[] power, double[] expm1) {
        for (int j = 0; j < BLOCK; j++) {
            double y = Math.min(Math.max(x[j] * factor, -limit), limit);
            double rounded = y * LOG2_E + ROUNDER;
            double k = rounded - ROUNDER;
            double r = (y - k * LN2_HIGH) - k * LN2_LOW;
            double p = 1.0 / 6227020800.0;
            p = p * r + 1.0 / 479001600.0;
            p = p * r + 1.0 / 39916800.0;
            p = p * r + 1.0 / 3628800.0;
            p = p * r + 1.0 / 362880.0;
            p = p * r + 1.0 / 40320.0;
            p = p * r + 1.0 / 5040.0;
            p = p * r + 1.0 / 720.0;
            p = p * r + 1.0 / 120.0;
            p = p * r + 1.0 / 24.0;
            p = p * r + 1.0 / 6.0;
            p = p * r + 0.5;
            expm1[j] = p * (r * r) + r;
            power[j] = rounded;
        }
    }

    /// From k in the low bits to 2^k.
    private static void shift(MemorySegment power) {
        for (int j = 0; j < BLOCK; j++) {
            power.set(LONG, 8L * j, (power.get(LONG, 8L * j) << 52) + ONE_BITS);
        }
    }

    private static void expOf(double[] power, double[] expm1, float[] out) {
        for (int j = 0; j < BLOCK; j++) {
            out[j] = (float) (power[j] * expm1[j] + power[j]);
        }
    }

    /// With e = exp(2x) - 1: tanh(x) = e / (e + 2).
    private static void tanhOf(double[] power, double[] expm1, float[] out) {
        for (int j = 0; j < BLOCK; j++) {
            double e = power[j] * expm1[j] + (power[j] - 1);
            out[j] = (float) (e / (e + 2));
        }
    }

    /// The sums above lose the sign of -0.
    private static void copySigns(MemorySegment source, MemorySegment target) {
        for (int j = 0; j < BLOCK; j++) {
            target.set(INT, 4L * j, target.get(INT, 4L * j) | (source.get(INT, 4L * j) & 0x80000000));
        }
    }
}
