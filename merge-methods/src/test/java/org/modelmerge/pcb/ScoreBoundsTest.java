package org.modelmerge.pcb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.modelmerge.kernel.FloatKey;
import org.modelmerge.kernel.RankWindow;
import org.modelmerge.method.Slice;
import org.modelmerge.testing.Property;

final class ScoreBoundsTest {
    private static final int STRIDE = 997;
    private static final List<PcbVariant> VARIANTS = List.of(PcbVariant.values());

    /// Every STRIDE-th float from 0 to `last`.
    private static float[] floats(float last) {
        float[] values = new float[Float.floatToIntBits(last) / STRIDE + 2];
        for (int j = 0; j < values.length - 1; j++) {
            values[j] = Float.intBitsToFloat(j * STRIDE);
        }
        values[values.length - 1] = last;
        return values;
    }

    @Test
    void theExponentialStaysWithinItsError() {
        float[] x = floats(1);
        float[] approximate = new float[x.length];
        ScoreBounds.expOfSquare(16, x, approximate);
        double worst = 0;
        for (int j = 0; j < x.length; j++) {
            worst = Math.max(worst, Math.abs(approximate[j] / StrictMath.exp(16.0 * x[j] * x[j]) - 1));
        }
        assertThat(worst).isLessThan(ScoreBounds.EXP_ERROR / 1.25);
    }

    @Test
    void theTangentStaysWithinItsError() {
        float[] x = floats(Float.MAX_VALUE);
        double relative = 0;
        // Windows of few elements, since small ones are settled together.
        for (int from = 0; from < x.length; from += 4) {
            float[] window = Arrays.copyOfRange(x, from, Math.min(from + 4, x.length));
            window[0] = -window[0];
            float[] approximate = window.clone();
            ScoreBounds.tanh(approximate);
            for (int j = 0; j < window.length; j++) {
                double exact = StrictMath.tanh(window[j]);
                double error = Math.abs(approximate[j] - exact);
                relative = Math.max(relative, exact == 0 ? 0 : error / Math.abs(exact));
            }
        }
        assertThat(relative).isLessThan(ScoreBounds.TANH_ERROR / 1.25);
    }

    @Test
    void theTangentOfSmallNumbersStaysWithinItsError() {
        float[] x = floats(1);
        float[] sign = new float[x.length];
        for (int j = 0; j < x.length; j++) {
            sign[j] = j % 2 == 0 ? 1 : -1;
        }
        float[] approximate = new float[x.length];
        ScoreBounds.addTangents(x, sign, approximate);
        double absolute = 0;
        for (int j = 0; j < x.length; j++) {
            absolute = Math.max(absolute, Math.abs(approximate[j] - StrictMath.tanh(x[j] * sign[j])));
        }
        // A sum of 16 tangents of at most 1 rounds by 2^-21 at most in each step.
        assertThat(absolute + 0x1p-21).isLessThan(ScoreBounds.SMALL_TANH_ERROR / 1.25);
    }

    @Test
    void staysOnTheRightSideOfEveryWindowAndIsExactInside() {
        Property.forAll("scores near windows", 400, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            PcbVariant variant = VARIANTS.get(random.nextInt(VARIANTS.size()));
            int tasks = 1 + random.nextInt(random.nextInt(5) == 0 ? 20 : 4);
            float scale = (float) Math.pow(10, random.nextDouble(-6, 1));
            Slice slice = slice(random, tasks, scale);
            float[][] magnitude = new float[tasks][];
            for (int i = 0; i < tasks; i++) {
                magnitude[i] = new float[] {0.01f * scale, scale * (float) random.nextDouble(0.5, 3)};
            }
            Competitors all = Competitors.all(
                    IntStream.range(0, tasks).mapToObj(i -> "t" + i).toList());
            Balance balance = new Balance(variant, all, magnitude);
            float[][] exact =
                    Arrays.stream(balance.of(slice)).map(float[]::clone).toArray(float[][]::new);
            RankWindow[][] windows = new RankWindow[tasks][];
            for (int i = 0; i < tasks; i++) {
                windows[i] = new RankWindow[] {window(random, exact[i]), window(random, exact[i])};
            }
            float[][] near = balance.near(slice, windows);
            for (int i = 0; i < tasks; i++) {
                for (int j = 0; j < exact[i].length; j++) {
                    for (RankWindow window : windows[i]) {
                        check(window, exact[i][j], near[i][j]);
                    }
                }
            }
        });
    }

    private static void check(RankWindow window, float exact, float near) {
        int key = FloatKey.of(exact);
        if (window.contains(key)) {
            assertThat(near).isEqualTo(exact);
        } else {
            int nearKey = FloatKey.of(near);
            assertThat(window.contains(nearKey)).as("%s for %s", near, exact).isFalse();
            assertThat(nearKey < window.from()).as("%s for %s", near, exact).isEqualTo(key < window.from());
        }
    }

    private static RankWindow window(SplittableRandom random, float[] scores) {
        int a = FloatKey.of(scores[random.nextInt(scores.length)]);
        int b = FloatKey.of(scores[random.nextInt(scores.length)]);
        int from = Math.min(a, b);
        if (random.nextInt(8) > 0) {
            from = Math.max(from, FloatKey.of(1e-30f));
        }
        int to = random.nextInt(3) == 0 ? Integer.MAX_VALUE : Math.max(Math.max(a, b), from) + 1;
        return new RankWindow(from, to);
    }

    private static Slice slice(SplittableRandom random, int tasks, float scale) {
        int size = 1 + random.nextInt(600);
        float[][] experts = new float[tasks][size];
        for (float[] expert : experts) {
            for (int j = 0; j < size; j++) {
                expert[j] = random.nextInt(6) == 0 ? 0 : scale * (float) random.nextGaussian();
            }
        }
        return Slice.of("t", new float[size], experts);
    }
}
