package org.modelmerge.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.modelmerge.error.MergeException;

final class DensityTest {
    /// The ranks that the authors' `k = D - int(D * K)` gives, less one for a 0-based rank.
    @ParameterizedTest
    @CsvSource({
        "20, 5, 3",
        "20, 100, 79",
        "20, 1337, 1069",
        "20, 9999, 7999",
        "20, 10001, 8000",
        "20, 21119, 16895",
        "20, 113448705, 90758963",
        "20, 1, 0",
        "20, 4, 3",
        "100, 7, -1"
    })
    void hasTheRankOfTheAuthorsCode(double percent, long size, long rank) {
        assertThat(Density.percent(percent).thresholdRank(size)).isEqualTo(rank);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.1, 1.0001, Double.NaN, Double.POSITIVE_INFINITY})
    void refusesWhatIsNoShare(double fraction) {
        assertThatThrownBy(() -> Density.fraction(fraction)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readsPercentAndFractionAlike() throws MergeException {
        assertThat(Density.parse("20%")).isEqualTo(Density.parse("0.2")).isEqualTo(Density.percent(20));
        assertThat(Density.parse("98.44%")).isEqualTo(Density.fraction(0.9844));
        assertThat(Density.parse("1")).isEqualTo(Density.parse("100%"));
        assertThat(Density.parse("2e-1")).isEqualTo(Density.fraction(0.2));
        assertThat(Density.parse("1").keepsAll()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "%", "0", "0%", "101%", "1e-2147483647%", "1e2147483647", "NaN", "a fifth"})
    void refusesTextThatIsNoShare(String text) {
        assertThatThrownBy(() -> Density.parse(text))
                .isInstanceOf(MergeException.class)
                .hasMessageContaining("20% or 0.2");
    }

    @Test
    void takesAMaskRateAsTheAuthorsDo() {
        assertThat(Density.ofMaskRate(0.9).fraction()).isEqualTo(0.09999999999999998);
    }
}
