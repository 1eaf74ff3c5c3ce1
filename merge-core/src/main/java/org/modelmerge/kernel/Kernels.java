package org.modelmerge.kernel;

/// Elementwise arithmetic on float32 arrays of one length.
///
/// Multiplication and addition round separately: no fused multiply-add anywhere, so results are the same on every
/// machine. Loops are plain so that the compiler vectorises them.
public final class Kernels {
    private Kernels() {}

    /// `out[j] = a[j] - b[j]`.
    public static void subtract(float[] a, float[] b, float[] out) {
        for (int j = 0; j < out.length; j++) {
            out[j] = a[j] - b[j];
        }
    }

    /// `sum[j] += a[j]`.
    public static void add(float[] a, float[] sum) {
        for (int j = 0; j < sum.length; j++) {
            sum[j] += a[j];
        }
    }

    /// `out[j] = base[j] + factor * a[j]`; `out` may be `base`.
    public static void addScaled(float[] base, float factor, float[] a, float[] out) {
        for (int j = 0; j < out.length; j++) {
            out[j] = base[j] + factor * a[j];
        }
    }

    /// `out[j] = a[j] / divisor`.
    public static void divide(float[] a, float divisor, float[] out) {
        for (int j = 0; j < out.length; j++) {
            out[j] = a[j] / divisor;
        }
    }

    /// `out[j] = |a[j]|`.
    public static void magnitude(float[] a, float[] out) {
        for (int j = 0; j < out.length; j++) {
            out[j] = Math.abs(a[j]);
        }
    }

    /// `out[j] = a[j]` where `|a[j]| >= threshold`, else 0. Keeps every value equal to the threshold, and NaN.
    public static void trim(float[] a, float threshold, float[] out) {
        for (int j = 0; j < out.length; j++) {
            out[j] = Math.abs(a[j]) < threshold ? 0 : a[j];
        }
    }

    /// `a[j] = sign(a[j])`, and `fallback` where that is 0.
    public static void signOr(float fallback, float[] a) {
        for (int j = 0; j < a.length; j++) {
            a[j] = a[j] > 0 ? 1 : a[j] < 0 ? -1 : fallback;
        }
    }

    /// The number of positive elements minus the number of negative ones.
    public static long signBalance(float[] a) {
        int balance = 0;
        for (float value : a) {
            balance += (value > 0 ? 1 : 0) - (value < 0 ? 1 : 0);
        }
        return balance;
    }

    /// `out[j] = u[j]` where its sign is `sign[j]`, else 0; a sign of 0 selects the negative values, as the official
    /// TIES code does.
    public static void agreeing(float[] u, float[] sign, float[] out) {
        for (int j = 0; j < out.length; j++) {
            out[j] = (sign[j] > 0 ? u[j] > 0 : u[j] < 0) ? u[j] : 0;
        }
    }

    /// `sum[j] += a[j]` and `count[j] += 1` where `a[j]` is not 0.
    public static void addCounting(float[] a, float[] sum, float[] count) {
        for (int j = 0; j < sum.length; j++) {
            sum[j] += a[j];
            count[j] += a[j] != 0 ? 1 : 0;
        }
    }

    /// `sum[j] /= max(count[j], 1)`.
    public static void divideByCount(float[] sum, float[] count) {
        for (int j = 0; j < sum.length; j++) {
            sum[j] /= Math.max(count[j], 1);
        }
    }

    /// `max[j] = max(max[j], |a[j]|)`.
    public static void maxMagnitude(float[] a, float[] max) {
        for (int j = 0; j < max.length; j++) {
            max[j] = Math.max(max[j], Math.abs(a[j]));
        }
    }

    /// `a[j] *= b[j]`.
    public static void multiply(float[] a, float[] b) {
        for (int j = 0; j < a.length; j++) {
            a[j] *= b[j];
        }
    }

    /// The index of the first NaN or infinity, or -1.
    public static int firstNonFinite(float[] a) {
        // An integer maximum of the exponents vectorises; a search with an early exit does not.
        int largest = 0;
        for (float value : a) {
            largest = Math.max(largest, Float.floatToRawIntBits(value) & 0x7fffffff);
        }
        if (largest < 0x7f800000) {
            return -1;
        }
        int j = 0;
        while (Math.abs(a[j]) <= Float.MAX_VALUE) {
            j++;
        }
        return j;
    }

    /// `out[j] = base[j]` where all experts have the bits of the base.
    public static void keepAgreement(float[] base, float[][] experts, float[] out) {
        for (int j = 0; j < out.length; j++) {
            int bits = Float.floatToRawIntBits(base[j]);
            int differing = 0;
            for (float[] expert : experts) {
                differing |= Float.floatToRawIntBits(expert[j]) ^ bits;
            }
            out[j] = differing == 0 ? base[j] : out[j];
        }
    }
}
