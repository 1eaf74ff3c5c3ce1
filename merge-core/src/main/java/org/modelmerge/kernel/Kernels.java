package org.modelmerge.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Elementwise arithmetic on float32 arrays of one length.
///
/// Multiplication and addition round separately: no fused multiply-add anywhere, so results are the same on every
/// machine. Loops are plain so that the compiler vectorises them; those that select or count by sign and magnitude work
/// on the bits of the floats, because comparisons of floats are not vectorised.
public final class Kernels {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final int MAGNITUDE = 0x7fffffff;
    private static final int INFINITY = 0x7f800000;

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

    /// `sum[j] = (a[0][j] - b[j]) + (a[1][j] - b[j]) + ...`, from the left, without arrays for the differences.
    ///
    /// @param a at least one array
    public static void sumOfDifferences(float[][] a, float[] b, float[] sum) {
        subtract(a[0], b, sum);
        for (int i = 1; i < a.length; i++) {
            addDifference(a[i], b, sum);
        }
    }

    private static void addDifference(float[] a, float[] b, float[] sum) {
        for (int j = 0; j < sum.length; j++) {
            sum[j] += a[j] - b[j];
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
    ///
    /// @param threshold not negative; NaN keeps everything
    public static void trim(float[] a, float threshold, float[] out) {
        trimBelow(a, Float.isNaN(threshold) ? 0 : Float.floatToIntBits(threshold), out);
    }

    /// `out[j] = a[j]` where the [FloatKey] of `|a[j]|` is at least `key`, else 0.
    ///
    /// @param key not negative
    public static void trimBelow(float[] a, int key, float[] out) {
        System.arraycopy(a, 0, out, 0, out.length);
        trimBelow(MemorySegment.ofArray(out), key, out.length);
    }

    private static void trimBelow(MemorySegment bits, int key, int size) {
        for (int j = 0; j < size; j++) {
            int word = bits.get(INT, 4L * j);
            int dropped = ((word & MAGNITUDE) - key) >> 31;
            bits.set(INT, 4L * j, word & ~dropped);
        }
    }

    /// `a[j] = sign(a[j])`, and `fallback` where that is 0.
    public static void signOr(float fallback, float[] a) {
        for (int j = 0; j < a.length; j++) {
            a[j] = a[j] > 0 ? 1 : a[j] < 0 ? -1 : fallback;
        }
    }

    /// Makes `negative[j]` negative where `a[j] < 0`, and where it is 0 or NaN if `fallback` is negative.
    public static void signs(float[] a, int fallback, int[] negative) {
        signs(MemorySegment.ofArray(a), fallback, negative);
    }

    private static void signs(MemorySegment bits, int fallback, int[] negative) {
        for (int j = 0; j < negative.length; j++) {
            int word = bits.get(INT, 4L * j);
            int signed = signed(word);
            negative[j] = (word & signed) | (fallback & ~signed);
        }
    }

    /// The number of positive elements minus the number of negative ones.
    public static long signBalance(float[] a) {
        return signBalance(MemorySegment.ofArray(a), a.length);
    }

    private static int signBalance(MemorySegment bits, int size) {
        int balance = 0;
        for (int j = 0; j < size; j++) {
            int word = bits.get(INT, 4L * j);
            balance += ((word >> 31) | 1) & signed(word);
        }
        return balance;
    }

    /// All ones for the bits of a number with a sign, 0 for those of a zero or NaN.
    private static int signed(int word) {
        int magnitude = word & MAGNITUDE;
        return (-magnitude & (magnitude - (INFINITY + 1))) >> 31;
    }

    /// `u[j] = 0` where `u[j]` is not negative as `negative[j]` is; also where it is NaN.
    public static void keepSigned(float[] u, int[] negative) {
        keepSigned(MemorySegment.ofArray(u), negative);
    }

    private static void keepSigned(MemorySegment bits, int[] negative) {
        for (int j = 0; j < negative.length; j++) {
            int word = bits.get(INT, 4L * j);
            int differs = (word ^ negative[j]) >> 31;
            bits.set(INT, 4L * j, word & ~differs & signed(word));
        }
    }

    /// `count[j] += 1` where `a[j]` is not 0.
    public static void countNonZero(float[] a, int[] count) {
        countNonZero(MemorySegment.ofArray(a), count);
    }

    private static void countNonZero(MemorySegment bits, int[] count) {
        for (int j = 0; j < count.length; j++) {
            int magnitude = bits.get(INT, 4L * j) << 1;
            count[j] += (magnitude | -magnitude) >>> 31;
        }
    }

    /// `a[j] = 0` where `where[j]` is 0.
    public static void keepWhereNonZero(float[] where, float[] a) {
        keepWhereNonZero(MemorySegment.ofArray(where), MemorySegment.ofArray(a), a.length);
    }

    private static void keepWhereNonZero(MemorySegment where, MemorySegment bits, int size) {
        for (int j = 0; j < size; j++) {
            int magnitude = where.get(INT, 4L * j) << 1;
            bits.set(INT, 4L * j, bits.get(INT, 4L * j) & ((magnitude | -magnitude) >> 31));
        }
    }

    /// `sum[j] /= max(count[j], 1)`.
    public static void divideByCount(float[] sum, int[] count) {
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
        if (largestMagnitude(MemorySegment.ofArray(a), a.length) < INFINITY) {
            return -1;
        }
        int j = 0;
        while (Math.abs(a[j]) <= Float.MAX_VALUE) {
            j++;
        }
        return j;
    }

    /// The largest pattern of exponent and fraction: above infinity's if there is a NaN. An integer maximum vectorises;
    /// a search with an early exit does not.
    static int largestMagnitude(MemorySegment bits, int size) {
        int largest = 0;
        for (int j = 0; j < size; j++) {
            largest = Math.max(largest, bits.get(INT, 4L * j) & MAGNITUDE);
        }
        return largest;
    }

    /// Whether `a[j] != b[j]` somewhere; zeros are equal whatever their sign.
    public static boolean differ(float[] a, float[] b) {
        int j = Arrays.mismatch(a, b);
        while (j >= 0 && j < a.length && a[j] == b[j]) {
            j++;
        }
        return j >= 0 && j < a.length;
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
