package org.modelmerge.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Widening to float32 and rounding from it, element by element; every widening is exact.
public final class Conversions {
    private static final int INFINITY = 0x7f800000;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfInt FILE_INT = INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort FILE_SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Conversions() {}

    /// `target[j] = ` the BF16 number with these bits.
    public static void widenBf16(short[] source, float[] target) {
        for (int j = 0; j < target.length; j++) {
            target[j] = Float.intBitsToFloat(source[j] << 16);
        }
    }

    /// The BF16 numbers in `source`, in [ElementOrder#EVEN_ODD].
    ///
    /// @param source `target.length` numbers
    public static void widenBf16EvenOdd(MemorySegment source, float[] target) {
        MemorySegment bits = MemorySegment.ofArray(target);
        int pairs = target.length / 2;
        int evens = ElementOrder.evens(target.length);
        long odd = (long) Integer.BYTES * evens;
        for (int k = 0; k < pairs; k++) {
            bits.set(INT, 4L * k, source.get(FILE_INT, 4L * k) << 16);
        }
        for (int k = 0; k < pairs; k++) {
            bits.set(INT, odd + 4L * k, source.get(FILE_INT, 4L * k) & 0xffff0000);
        }
        if (evens > pairs) {
            target[pairs] = Float.intBitsToFloat(source.get(FILE_SHORT, 4L * pairs) << 16);
        }
    }

    /// Rounds to BF16, nearest even, from [ElementOrder#EVEN_ODD] to the natural order of a file; NaN stays NaN.
    ///
    /// @param target takes `source.length` numbers
    public static void roundToBf16EvenOdd(float[] source, MemorySegment target) {
        int pairs = source.length / 2;
        int evens = ElementOrder.evens(source.length);
        MemorySegment bits = MemorySegment.ofArray(source);
        if (Kernels.largestMagnitude(bits, source.length) > INFINITY) {
            for (int element = 0; element < source.length; element++) {
                float value = source[ElementOrder.EVEN_ODD.index(element, source.length)];
                target.set(FILE_SHORT, 2L * element, bf16(value));
            }
            return;
        }
        long odd = (long) Integer.BYTES * evens;
        for (int k = 0; k < pairs; k++) {
            int a = bits.get(INT, 4L * k);
            int b = bits.get(INT, odd + 4L * k);
            int lower = (a + 0x7fff + ((a >>> 16) & 1)) >>> 16;
            int upper = (b + 0x7fff + ((b >>> 16) & 1)) & 0xffff0000;
            target.set(FILE_INT, 4L * k, lower | upper);
        }
        if (evens > pairs) {
            target.set(FILE_SHORT, 4L * pairs, bf16(source[pairs]));
        }
    }

    /// `target[j] = ` the F16 number with these bits.
    public static void widenF16(short[] source, float[] target) {
        for (int j = 0; j < target.length; j++) {
            target[j] = Float.float16ToFloat(source[j]);
        }
    }

    /// `target[j] = source[j]`, rounded to nearest even.
    public static void roundF64(double[] source, float[] target) {
        for (int j = 0; j < target.length; j++) {
            target[j] = (float) source[j];
        }
    }

    /// `target[j] = ` the bits of `source[j]` rounded to BF16, nearest even; NaN stays NaN.
    public static void roundToBf16(float[] source, short[] target) {
        for (int j = 0; j < source.length; j++) {
            target[j] = bf16(source[j]);
        }
    }

    /// `target[j] = ` the bits of `source[j]` rounded to F16, nearest even; NaN stays NaN.
    public static void roundToF16(float[] source, short[] target) {
        for (int j = 0; j < source.length; j++) {
            target[j] = Float.floatToFloat16(source[j]);
        }
    }

    /// `target[j] = source[j]`, exactly.
    public static void widenToF64(float[] source, double[] target) {
        for (int j = 0; j < source.length; j++) {
            target[j] = source[j];
        }
    }

    private static short bf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int rounded = (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
        int quiet = (bits >>> 16) | 0x40;
        // Adding the rounding increment to a NaN could carry into infinity or wrap to zero.
        return (short) ((bits & 0x7fffffff) > INFINITY ? quiet : rounded);
    }
}
