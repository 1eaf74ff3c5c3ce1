package org.modelmerge.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NearestNameTest {
    @ParameterizedTest
    @CsvSource({"ab, ba, 1", "kitten, sitting, 3", "ca, abc, 3", "'', abc, 3", "same, same, 0"})
    void countsEditsWithSwapsOfNeighbours(String from, String to, int distance) {
        assertThat(NearestName.distance(from, to)).isEqualTo(distance);
    }

    @Test
    void findsNoNameThatIsFar() {
        assertThat(NearestName.of("lambda", List.of("density", "trim-scope"))).isNull();
        assertThat(NearestName.of("x".repeat(100_000), List.of("density"))).isNull();
    }
}
