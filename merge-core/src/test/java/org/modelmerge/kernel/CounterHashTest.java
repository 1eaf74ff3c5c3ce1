package org.modelmerge.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class CounterHashTest {
    @Test
    void givesTheBitsOfSplitMix64() {
        // The first outputs of java.util.SplittableRandom(0), whose gamma is the same.
        java.util.SplittableRandom random = new java.util.SplittableRandom(0);

        for (int index = 0; index < 100; index++) {
            assertThat(CounterHash.bits(0, index)).isEqualTo(random.nextLong());
        }
    }

    @Test
    void givesEachTextAndSeedAKeyOfItsOwn() {
        assertThat(java.util.stream.Stream.of(
                                CounterHash.key(0, "a"),
                                CounterHash.key(0, "b"),
                                CounterHash.key(0, "ab"),
                                CounterHash.key(0, "ba"),
                                CounterHash.key(0, ""),
                                CounterHash.key(1, "a"))
                        .distinct())
                .hasSize(6);
    }

    @Test
    void givesNumbersBelowOneWithAMeanOfAHalf() {
        double sum = 0;
        for (int index = 0; index < 100_000; index++) {
            double unit = CounterHash.unit(42, index);
            assertThat(unit).isBetween(0.0, Math.nextDown(1.0));
            sum += unit;
        }

        assertThat(sum / 100_000).isCloseTo(0.5, within(0.005));
    }
}
