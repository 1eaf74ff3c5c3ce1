package org.modelmerge.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.modelmerge.testing.Property;

final class KernelsTest {
    private static final float[] A = {1.5f, -2f, 0f, -0f, 3e38f, Float.MIN_VALUE};
    private static final float[] B = {0.5f, 4f, 0f, 0f, 3e38f, Float.MIN_VALUE};

    private static int bits(float value) {
        return Float.floatToRawIntBits(value);
    }

    private static void assertSameBits(float[] got, float... expected) {
        assertThat(got).hasSameSizeAs(expected);
        for (int j = 0; j < got.length; j++) {
            assertThat(bits(got[j]))
                    .as("[%d]: got %s, expected %s", j, got[j], expected[j])
                    .isEqualTo(bits(expected[j]));
        }
    }

    @Test
    void subtracts() {
        float[] out = new float[A.length];
        Kernels.subtract(A, B, out);
        assertSameBits(out, 1f, -6f, 0f, -0f, 0f, 0f);
    }

    @Test
    void addsInPlaceAndOverflowsToInfinity() {
        float[] sum = B.clone();
        Kernels.add(A, sum);
        assertSameBits(sum, 2f, 2f, 0f, 0f, Float.POSITIVE_INFINITY, 2 * Float.MIN_VALUE);
    }

    @Test
    void sumsDifferencesFromTheLeft() {
        float[] sum = new float[2];
        float[][] a = {{1e8f, 2f}, {3f, 0.5f}, {-1e8f, 7f}};
        Kernels.sumOfDifferences(a, new float[] {1f, 0.25f}, sum);
        assertSameBits(sum, ((1e8f - 1f) + (3f - 1f)) + (-1e8f - 1f), 1.75f + 0.25f + 6.75f);
    }

    @Test
    void knowsWhetherArraysDifferInValue() {
        assertThat(Kernels.differ(new float[] {0f, 1f, -0f}, new float[] {-0f, 1f, 0f}))
                .isFalse();
        assertThat(Kernels.differ(new float[] {0f, 1f, 2f}, new float[] {-0f, 1f, 3f}))
                .isTrue();
        assertThat(Kernels.differ(new float[] {Float.NaN}, new float[] {1f})).isTrue();
    }

    @Test
    void roundsTheProductBeforeTheSum() {
        float base = -1f;
        float factor = 1f + 0x1p-12f;
        float[] out = new float[1];
        Kernels.addScaled(new float[] {base}, factor, new float[] {factor}, out);
        float product = (float) ((double) factor * factor);
        assertSameBits(out, product - 1f);
        assertThat(out[0]).isNotEqualTo((float) ((double) factor * factor - 1));
    }

    @Test
    void mayWriteOverTheBase() {
        float[] base = {1f, 2f};
        Kernels.addScaled(base, 2f, new float[] {10f, 20f}, base);
        assertSameBits(base, 21f, 42f);
    }

    @Test
    void dividesRatherThanMultipliesByTheReciprocal() {
        float[] out = new float[2];
        Kernels.divide(new float[] {5f, 7f}, 3f, out);
        assertSameBits(out, 5f / 3f, 7f / 3f);
    }

    @Test
    void takesMagnitudes() {
        float[] out = new float[A.length];
        Kernels.magnitude(A, out);
        assertSameBits(out, 1.5f, 2f, 0f, 0f, 3e38f, Float.MIN_VALUE);
        float[] max = {1f, 3f, 0f, 0f, 0f, 0f};
        Kernels.maxMagnitude(A, max);
        assertSameBits(max, 1.5f, 3f, 0f, 0f, 3e38f, Float.MIN_VALUE);
    }

    @Test
    void trimKeepsEveryValueEqualToTheThreshold() {
        float[] out = new float[5];
        Kernels.trim(new float[] {2f, -2f, Math.nextDown(2f), -3f, Float.NaN}, 2f, out);
        assertSameBits(out, 2f, -2f, 0f, -3f, Float.NaN);
    }

    @Test
    void trimAtZeroKeepsAll() {
        float[] out = new float[3];
        Kernels.trim(new float[] {0f, -0f, Float.MIN_VALUE}, 0f, out);
        assertSameBits(out, 0f, -0f, Float.MIN_VALUE);
    }

    @Test
    void fillsZeroSignsWithTheFallback() {
        float[] signs = {3f, -0.1f, 0f, -0f};
        Kernels.signOr(-1f, signs);
        assertSameBits(signs, 1f, -1f, -1f, -1f);
    }

    @Test
    void countsPositivesMinusNegatives() {
        assertThat(Kernels.signBalance(new float[] {1f, 2f, -1f, 0f, -0f, 5f})).isEqualTo(2);
        assertThat(Kernels.signBalance(new float[0])).isZero();
    }

    @Test
    void aNegativeFallbackSelectsTheNegativeValuesOfUndecidedElements() {
        float[] u = {1f, -1f, 1f, -1f, 1f, -1f, 2f, Float.NaN};
        int[] negative = new int[u.length];
        Kernels.signs(new float[] {1f, 1f, -1f, -1f, 0f, -0f, Float.NaN, 3f}, -1, negative);
        Kernels.keepSigned(u, negative);
        assertSameBits(u, 1f, 0f, 0f, -1f, 0f, -1f, 0f, 0f);
    }

    @Test
    void countsWhatIsNotZeroAndDividesByTheCountOrOne() {
        float[] sum = {3f, 0f, 3f};
        int[] count = new int[3];
        Kernels.countNonZero(new float[] {1f, 0f, 3f}, count);
        Kernels.countNonZero(new float[] {2f, -0f, Float.NaN}, count);
        assertThat(count).containsExactly(2, 0, 2);
        Kernels.divideByCount(sum, count);
        assertSameBits(sum, 1.5f, 0f, 1.5f);
    }

    @Test
    void keepsWhatStandsBesideNumbersThatAreNotZero() {
        float[] a = {1f, 2f, -3f, Float.NaN, -0f};
        Kernels.keepWhereNonZero(new float[] {0f, -0f, Float.MIN_VALUE, 0f, Float.NaN}, a);
        assertSameBits(a, 0f, 0f, -3f, 0f, -0f);
    }

    /// The loops over bits against what they mean.
    @Test
    void agreesWithComparisonsOfFloats() {
        Property.forAll("loops over bits", 300, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            float[] a = anyFloats(random, random.nextInt(200));
            float threshold = Math.abs(anyFloats(random, 1)[0]);
            int fallback = random.nextInt(2) - 1;
            float[] trimmed = new float[a.length];
            Kernels.trim(a, threshold, trimmed);
            int[] negative = new int[a.length];
            Kernels.signs(a, fallback, negative);
            float[] u = anyFloats(random, a.length);
            float[] kept = u.clone();
            Kernels.keepSigned(kept, negative);
            long balance = 0;
            for (int j = 0; j < a.length; j++) {
                balance += a[j] > 0 ? 1 : a[j] < 0 ? -1 : 0;
                boolean elected = a[j] < 0 || (!(a[j] > 0) && fallback < 0);
                float agreeing = (elected ? u[j] < 0 : u[j] > 0) ? u[j] : 0f;
                assertThat(negative[j] < 0).as("sign of %s", a[j]).isEqualTo(elected);
                assertThat(bits(kept[j])).as("%s where %s", u[j], a[j]).isEqualTo(bits(agreeing));
                assertThat(bits(trimmed[j]))
                        .as("%s trimmed at %s", a[j], threshold)
                        .isEqualTo(bits(Math.abs(a[j]) < threshold ? 0f : a[j]));
            }
            assertThat(Kernels.signBalance(a)).isEqualTo(balance);
        });
    }

    private static float[] anyFloats(SplittableRandom random, int size) {
        float[] special = {0f, -0f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1f, -1f};
        float[] values = new float[size];
        for (int j = 0; j < size; j++) {
            values[j] = random.nextInt(3) == 0
                    ? special[random.nextInt(special.length)]
                    : Float.intBitsToFloat(random.nextInt());
        }
        return values;
    }

    @Test
    void multipliesInPlace() {
        float[] a = {2f, -0f, 1e30f};
        Kernels.multiply(a, new float[] {3f, 5f, -1e30f});
        assertSameBits(a, 6f, -0f, Float.NEGATIVE_INFINITY);
    }

    @Test
    void findsTheFirstNonFiniteElementAtEveryPlace() {
        for (float bad : new float[] {Float.NaN, -Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            for (int j = 0; j < 70; j++) {
                float[] values = new float[70];
                values[0] = Float.MAX_VALUE;
                values[j] = bad;
                values[69] = Float.NaN;
                assertThat(Kernels.firstNonFinite(values))
                        .as("%s at %d", bad, j)
                        .isEqualTo(j);
            }
        }
    }

    @Test
    void takesFiniteExtremesForFinite() {
        assertThat(Kernels.firstNonFinite(new float[] {-Float.MAX_VALUE, Float.MIN_VALUE, -0f}))
                .isEqualTo(-1);
        assertThat(Kernels.firstNonFinite(new float[0])).isEqualTo(-1);
    }

    @Test
    void keepsTheBaseWhereAllExpertsHaveItsBits() {
        float[] base = {-0f, 1f, -0f, Float.NaN, 2f};
        float[][] experts = {{-0f, 1f, 0f, Float.NaN, 3f}, {-0f, 2f, -0f, Float.NaN, 2f}};
        float[] out = {0f, 7f, 7f, 7f, 7f};
        Kernels.keepAgreement(base, experts, out);
        assertSameBits(out, -0f, 7f, 7f, Float.NaN, 7f);
    }

    @Test
    void agreesWithScalarArithmeticOnArraysOfAnyLength() {
        Property.forAll("vectorised loops", 200, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            int size = random.nextInt(300);
            float[] a = new float[size];
            float[] b = new float[size];
            for (int j = 0; j < size; j++) {
                a[j] = (float) random.nextDouble(-4, 4);
                b[j] = random.nextInt(3) == 0 ? a[j] : (float) random.nextDouble(-4, 4);
            }
            float factor = (float) random.nextDouble(-2, 2);
            float[] scaled = new float[size];
            Kernels.addScaled(a, factor, b, scaled);
            float[] trimmed = new float[size];
            Kernels.trim(a, Math.abs(factor), trimmed);
            float[] kept = scaled.clone();
            Kernels.keepAgreement(a, new float[][] {b}, kept);
            for (int j = 0; j < size; j++) {
                float product = factor * b[j];
                assertThat(scaled[j]).isEqualTo(a[j] + product);
                assertThat(trimmed[j]).isEqualTo(Math.abs(a[j]) >= Math.abs(factor) ? a[j] : 0f);
                assertThat(kept[j]).isEqualTo(a[j] == b[j] ? a[j] : scaled[j]);
            }
        });
    }
}
