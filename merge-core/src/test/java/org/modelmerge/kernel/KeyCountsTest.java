package org.modelmerge.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
    void findsRanksAsASortedListDoes() {
        Property.forAll("ranks", 100, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            int bits = 1 + random.nextInt(32);
            KeyCounts counts = new KeyCounts(Integer.MAX_VALUE);
            List<Integer> sorted = new ArrayList<>();
            for (int k = 1 + random.nextInt(3000); k > 0; k--) {
                int key = random.nextInt() >> (32 - bits);
                int weight = random.nextInt(3);
                counts.add(key, weight);
                sorted.addAll(Collections.nCopies(weight, key));
            }
            Collections.sort(sorted);
            assertThat(counts.total()).isEqualTo(sorted.size());
            for (int rank = 0; rank < sorted.size(); rank += 1 + random.nextInt(20)) {
                assertThat(counts.keyAt(rank)).isEqualTo(sorted.get(rank));
            }
            assertThatIllegalArgumentException().isThrownBy(() -> counts.keyAt(sorted.size()));
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
        assertThat(counts.total()).isZero();

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
