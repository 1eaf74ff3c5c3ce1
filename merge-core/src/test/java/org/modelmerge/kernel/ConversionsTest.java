package org.modelmerge.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ConversionsTest {
    private static final int PATTERNS = 1 << 16;

    /// The two formats with what is under test.
    enum Format {
        F16(MiniFloat.F16) {
            @Override
            void widen(short[] source, float[] target) {
                Conversions.widenF16(source, target);
            }

            @Override
            void round(float[] source, short[] target) {
                Conversions.roundToF16(source, target);
            }
        },
        BF16(MiniFloat.BF16) {
            @Override
            void widen(short[] source, float[] target) {
                Conversions.widenBf16(source, target);
            }

            @Override
            void round(float[] source, short[] target) {
                Conversions.roundToBf16(source, target);
            }
        };

        private final MiniFloat oracle;

        Format(MiniFloat oracle) {
            this.oracle = oracle;
        }

        abstract void widen(short[] source, float[] target);

        abstract void round(float[] source, short[] target);

        private float[] widenAll() {
            short[] patterns = new short[PATTERNS];
            for (int p = 0; p < PATTERNS; p++) {
                patterns[p] = (short) p;
            }
            float[] values = new float[PATTERNS];
            widen(patterns, values);
            return values;
        }

        private void assertRoundsToNearest(float... numbers) {
            short[] rounded = new short[numbers.length];
            round(numbers, rounded);
            for (int j = 0; j < numbers.length; j++) {
                int expected = oracle.nearest(numbers[j]);
                if ((rounded[j] & 0xffff) != expected) {
                    throw new AssertionError("%s (%a): got pattern %04x, expected %04x"
                            .formatted(this, numbers[j], rounded[j] & 0xffff, expected));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void widensEveryPatternExactly(Format format) {
        float[] values = format.widenAll();

        for (int p = 0; p < PATTERNS; p++) {
            double expected = format.oracle.value(p);
            // Compared as Double objects: they tell -0 from +0 and take NaN for equal.
            if (!Double.valueOf(values[p]).equals(expected)) {
                throw new AssertionError("%s %04x: got %s, expected %s".formatted(format, p, values[p], expected));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void roundsEveryPatternBackToItself(Format format) {
        float[] values = format.widenAll();
        short[] back = new short[PATTERNS];

        format.round(values, back);

        for (int p = 0; p < PATTERNS; p++) {
            boolean same = Float.isNaN(values[p])
                    ? (back[p] & 0x7fff) > format.oracle.infinity() && (back[p] & 0x8000) == (p & 0x8000)
                    : (back[p] & 0xffff) == p;
            assertThat(same).as("%s %04x became %04x", format, p, back[p]).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void roundsToNearestEvenAtEveryMidpoint(Format format) {
        for (int p = 0; p < format.oracle.infinity(); p++) {
            float midpoint = (float) format.oracle.midpoint(p);
            assertThat((double) midpoint).isEqualTo(format.oracle.midpoint(p));
            format.assertRoundsToNearest(
                    midpoint,
                    Math.nextUp(midpoint),
                    Math.nextDown(midpoint),
                    -midpoint,
                    -Math.nextUp(midpoint),
                    -Math.nextDown(midpoint));
        }
    }

    @ParameterizedTest
    @EnumSource
    void roundsRandomNumbersToNearest(Format format) {
        SplittableRandom random = new SplittableRandom(1);
        for (int k = 0; k < 200_000; k++) {
            float anyBits = Float.intBitsToFloat(random.nextInt());
            float ordinary = (float) random.nextDouble(-70_000, 70_000);
            if (Float.isFinite(anyBits)) {
                format.assertRoundsToNearest(anyBits, ordinary);
            }
        }
        format.assertRoundsToNearest(0f, -0f, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE);
    }

    @ParameterizedTest
    @EnumSource
    void keepsInfinities(Format format) {
        short[] rounded = new short[2];

        format.round(new float[] {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}, rounded);

        assertThat(rounded[0] & 0xffff).isEqualTo(format.oracle.infinity());
        assertThat(rounded[1] & 0xffff).isEqualTo(format.oracle.infinity() | 0x8000);
    }

    @ParameterizedTest
    @EnumSource
    void keepsNanWhateverItsPayload(Format format) {
        SplittableRandom random = new SplittableRandom(2);
        for (int k = 0; k < 100_000; k++) {
            int payload = k < 23 ? 1 << k : k == 23 ? 0x7fffff : 1 + random.nextInt(0x7fffff);
            int sign = random.nextInt() & 0x80000000;
            short[] rounded = new short[1];
            format.round(new float[] {Float.intBitsToFloat(sign | 0x7f800000 | payload)}, rounded);
            assertThat(format.oracle.value(rounded[0] & 0xffff))
                    .as("payload %06x became %04x", payload, rounded[0])
                    .isNaN();
        }
    }

    @Test
    void roundsFloat64ToNearestEvenAndWidensExactly() {
        double step = Math.ulp(1f);
        double[] source = {1 + step / 2, 1 + 3 * step / 2, 1 + step / 2 + 1e-15, 1e300, -1e300, 1e-300, -0.0, 1e-45};
        float[] rounded = new float[source.length];

        Conversions.roundF64(source, rounded);

        assertThat(rounded)
                .containsExactly(
                        1f,
                        (float) (1 + 2 * step),
                        (float) (1 + step),
                        Float.POSITIVE_INFINITY,
                        Float.NEGATIVE_INFINITY,
                        0f,
                        -0f,
                        Float.MIN_VALUE);
        double[] wide = new double[rounded.length];
        Conversions.widenToF64(rounded, wide);
        for (int j = 0; j < wide.length; j++) {
            assertThat((float) wide[j]).isEqualTo(rounded[j]);
        }
    }
}
