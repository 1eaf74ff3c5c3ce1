package org.modelmerge.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.modelmerge.testing.Property;

final class RankWindowTest {
    private static float[] values(SplittableRandom random) {
        float[] special = {0f, -0f, Float.MIN_VALUE, -Float.MIN_VALUE, Float.POSITIVE_INFINITY, -1f, 1f};
        boolean withNaN = random.nextInt(4) == 0;
        float[] values = new float[1 + random.nextInt(200)];
        for (int j = 0; j < values.length; j++) {
            float any = Float.intBitsToFloat(random.nextInt());
            values[j] = random.nextInt(4) == 0 ? special[random.nextInt(special.length)] : any;
            if (Float.isNaN(values[j]) && !withNaN) {
                values[j] = (float) random.nextDouble(-2, 2);
            }
        }
        return values;
    }

    private static RankWindow window(SplittableRandom random, float[] values) {
        int a = FloatKey.of(values[random.nextInt(values.length)]);
        int b = FloatKey.of(values[random.nextInt(values.length)]);
        return switch (random.nextInt(5)) {
            case 0 -> RankWindow.ALL;
            case 1 -> new RankWindow(0, 1 + random.nextInt(1 << 30));
            case 2 -> new RankWindow(a, Integer.MAX_VALUE);
            default -> new RankWindow(Math.min(a, b), Math.max(a, b) + 1);
        };
    }

    @Test
    void countsAndFlagsAsKeysSay() {
        Property.forAll("windows", 2000, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            float[] values = values(random);
            RankWindow window = window(random, values);
            int[] flags = new int[values.length];
            flags[0] = -1;
            int below = window.count(values, flags);
            int expected = 0;
            for (int j = 0; j < values.length; j++) {
                int key = FloatKey.of(values[j]);
                expected += key < window.from() ? 1 : 0;
                boolean inside = key >= window.from() && key < window.to();
                assertThat(flags[j] < 0).as("%s in %s", values[j], window).isEqualTo(inside || j == 0);
            }
            assertThat(below).isEqualTo(expected);
        });
    }

    @Test
    void flagsWhatOverlaps() {
        Property.forAll("overlapping", 1000, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            int from = 1 + random.nextInt(1 << 30);
            RankWindow window = new RankWindow(from, from + 1 + random.nextInt(1 << 29));
            float[] least = new float[100];
            float[] most = new float[100];
            for (int j = 0; j < least.length; j++) {
                float a = FloatKey.value(from + random.nextInt(-100, 100)) * (random.nextInt(9) == 0 ? -1 : 1);
                float b = FloatKey.value(window.to() + random.nextInt(-100, 100));
                least[j] = Math.min(a, b);
                most[j] = random.nextBoolean() ? least[j] : Math.max(a, b);
            }
            int[] flags = new int[least.length];
            window.flagOverlapping(least, most, flags);
            for (int j = 0; j < least.length; j++) {
                boolean overlaps = FloatKey.of(least[j]) < window.to() && FloatKey.of(most[j]) >= window.from();
                assertThat(flags[j] < 0).as("%s to %s", least[j], most[j]).isEqualTo(overlaps);
            }
        });
    }

    @Test
    void listsNegativeFlagsHoweverManyThereAre() {
        Property.forAll("flags", 500, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            int oneIn = 1 + random.nextInt(random.nextBoolean() ? 3 : 100);
            int[] flags = IntStream.range(0, random.nextInt(300))
                    .map(_ -> random.nextInt(oneIn) == 0 ? -1 - random.nextInt(1000) : random.nextInt(1000))
                    .toArray();
            int[] indexes = new int[flags.length];
            int found = RankWindow.list(flags, indexes);
            assertThat(Arrays.copyOf(indexes, found))
                    .containsExactly(IntStream.range(0, flags.length)
                            .filter(j -> flags[j] < 0)
                            .toArray());
        });
    }

    @Test
    void refusesAnEmptyWindow() {
        assertThatThrownBy(() -> new RankWindow(3, 3)).isInstanceOf(IllegalArgumentException.class);
    }
}
