package org.modelmerge.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class TranscendentalsTest {
    private static final long FLOATS = 1L << 32;
    private static final int BATCH = 1 << 14;

    /// How many of the floats with the bit patterns 0, step, 2 step, ... get other bits than StrictMath's.
    private static long differing(Consumer<float[]> ours, DoubleUnaryOperator theirs, long step) {
        long differing = 0;
        float[] arguments = new float[BATCH];
        int filled = 0;
        for (long bits = 0; bits < FLOATS; bits += step) {
            arguments[filled++] = Float.intBitsToFloat((int) bits);
            if (filled == BATCH || bits + step >= FLOATS) {
                float[] results = arguments.clone();
                ours.accept(results);
                for (int j = 0; j < filled; j++) {
                    float expected = (float) theirs.applyAsDouble(arguments[j]);
                    differing += Float.floatToIntBits(results[j]) == Float.floatToIntBits(expected) ? 0 : 1;
                }
                filled = 0;
            }
        }
        return differing;
    }

    @Test
    void expHasStrictMathsBitsOnASampleOfAllFloats() {
        assertThat(differing(Transcendentals::exp, StrictMath::exp, 9973)).isZero();
    }

    @Test
    void tanhHasStrictMathsBitsOnASampleOfAllFloats() {
        assertThat(differing(Transcendentals::tanh, StrictMath::tanh, 9973)).isZero();
    }

    /// Two to five minutes each.
    @Test
    @Tag("long")
    void expHasStrictMathsBitsOnEveryFloat() {
        assertThat(differing(Transcendentals::exp, StrictMath::exp, 1)).isZero();
    }

    @Test
    @Tag("long")
    void tanhHasStrictMathsBitsOnEveryFloat() {
        assertThat(differing(Transcendentals::tanh, StrictMath::tanh, 1)).isZero();
    }

    @Test
    void tanhOfSmallNumbersIsTheNumber() {
        float[] small = {0x1p-12f, Math.nextDown(0x1p-12f), -0x1p-13f, Float.MIN_VALUE, 0f, -0f, 1e-20f};
        float[] results = small.clone();

        Transcendentals.tanh(results);

        assertThat(results).containsExactly(small);
    }

    @Test
    void handlesWindowsOfAnyLength() {
        for (int size : new int[] {0, 1, 511, 512, 513, 1500}) {
            float[] x = new float[size];
            for (int j = 0; j < size; j++) {
                x[j] = (j - 700) / 100f;
            }
            float[] exp = x.clone();
            float[] tanh = x.clone();

            Transcendentals.exp(exp);
            Transcendentals.tanh(tanh);

            for (int j = 0; j < size; j++) {
                assertThat(exp[j]).isEqualTo((float) StrictMath.exp(x[j]));
                assertThat(tanh[j]).isEqualTo((float) StrictMath.tanh(x[j]));
            }
        }
    }
}
