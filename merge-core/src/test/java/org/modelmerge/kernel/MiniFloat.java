package org.modelmerge.kernel;

import java.util.Arrays;

/// A 16-bit binary format by its definition in exact float64, an oracle for conversions.
///
/// @param exponentBits bits of the exponent
/// @param magnitudes the value of every finite non-negative pattern; the pattern is the index
record MiniFloat(int exponentBits, double[] magnitudes) {
    static final MiniFloat F16 = of(5);
    static final MiniFloat BF16 = of(8);

    private static MiniFloat of(int exponentBits) {
        int fractionBits = 15 - exponentBits;
        int bias = (1 << (exponentBits - 1)) - 1;
        double[] magnitudes = new double[((1 << exponentBits) - 1) << fractionBits];
        for (int pattern = 0; pattern < magnitudes.length; pattern++) {
            int exponent = pattern >>> fractionBits;
            int fraction = pattern & ((1 << fractionBits) - 1);
            int significand = exponent == 0 ? fraction : fraction + (1 << fractionBits);
            magnitudes[pattern] = Math.scalb((double) significand, Math.max(exponent, 1) - bias - fractionBits);
        }
        return new MiniFloat(exponentBits, magnitudes);
    }

    int infinity() {
        return magnitudes.length;
    }

    /// The exact value of a pattern; NaN for every NaN.
    double value(int pattern) {
        int magnitude = pattern & 0x7fff;
        double value = magnitude < infinity()
                ? magnitudes[magnitude]
                : magnitude == infinity() ? Double.POSITIVE_INFINITY : Double.NaN;
        return (pattern & 0x8000) == 0 ? value : -value;
    }

    /// Half way between a pattern and the next; beyond the largest finite value, half of the last step further.
    double midpoint(int pattern) {
        double value = magnitudes[pattern];
        return pattern + 1 < infinity()
                ? (value + magnitudes[pattern + 1]) / 2
                : value + (value - magnitudes[pattern - 1]) / 2;
    }

    /// The pattern nearest to a number, the even one of two; infinity from half a step beyond the largest on.
    int nearest(float number) {
        double magnitude = Math.abs((double) number);
        int sign = Float.floatToRawIntBits(number) < 0 ? 0x8000 : 0;
        int found = Arrays.binarySearch(magnitudes, magnitude);
        int below = found >= 0 ? found : -found - 2;
        double midpoint = midpoint(below);
        boolean up = magnitude > midpoint || (magnitude == midpoint && (below & 1) == 1);
        return sign | (up ? below + 1 : below);
    }
}
