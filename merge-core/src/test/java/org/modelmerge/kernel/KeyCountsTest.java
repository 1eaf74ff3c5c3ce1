package org.modelmerge.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.modelmerge.testing.Property;

final class KeyCountsTest {
    @Test
    void addsLikeAMapHoweverTheKeysAreSplit() {
        Property.forAll("key counts", 50, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            int distinct = 1 + random.nextInt(5000);
            int shift = random.nextInt(20);
            TreeMap<Integer, Long> expected = new TreeMap<>();
            KeyCounts first = new KeyCounts(Integer.MAX_VALUE);
            KeyCounts second = new KeyCounts(Integer.MAX_VALUE);
            for (int k = 0; k < 8000; k++) {
                int key = (random.nextInt(distinct) - distinct / 2) << shift;
                long weight = random.nextInt(-3, 4);
                expected.merge(key, weight, Long::sum);
                (random.nextBoolean() ? first : second).add(key, weight);
            }
            first.addAll(second);
            assertThat(first.keys())
                    .containsExactly(expected.keySet().stream()
                            .mapToInt(Integer::intValue)
                            .toArray());
            expected.forEach((key, weight) -> assertThat(first.weight(key)).isEqualTo(weight));
        });
    }

    @Test
    void givesUpBeyondItsLimitAndStaysSo() {
        KeyCounts counts = new KeyCounts(3000);
        for (int key = 0; key < 10_000; key++) {
            counts.add(key, 1);
        }
        assertThat(counts.isOverflown()).isTrue();
        assertThat(counts.keys()).isEmpty();
        assertThat(counts.weight(5)).isZero();

        KeyCounts other = new KeyCounts(3000);
        other.add(1, 1);
        other.addAll(counts);
        assertThat(other.isOverflown()).isTrue();
    }

    @Test
    void hasNothingAtFirst() {
        KeyCounts counts = new KeyCounts(10);
        assertThat(counts.weight(0)).isZero();
        assertThat(counts.keys()).isEmpty();
        assertThat(counts.isOverflown()).isFalse();
    }
}
