package org.modelmerge.kernel;

/// Widening to float32 and rounding from it, element by element; every widening is exact.
public final class Conversions {
    private Conversions() {}

    /// `target[j] = ` the BF16 number with these bits.
    public static void widenBf16(short[] source, float[] target) {
        for (int j = 0; j < target.length; j++) {
            target[j] = Float.intBitsToFloat(source[j] << 16);
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
        return (short) ((bits & 0x7fffffff) > 0x7f800000 ? quiet : rounded);
    }
}
