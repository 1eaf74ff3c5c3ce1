package org.modelmerge.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

final class GridSearchTest {
    private static List<Map<String, Object>> points(String... texts) throws MergeException {
        List<Map<String, Object>> points = new ArrayList<>();
        GridSearch grid = GridSearch.parse(List.of(texts));
        grid.search(values -> {
            points.add(values);
            return 0;
        });
        assertThat(points).hasSize(grid.budget());
        return points;
    }

    @Test
    void stepsInDecimalAndIncludesBothEnds() throws MergeException {
        assertThat(points("lambda=0.1:1.0:0.1"))
                .extracting(values -> values.get("lambda"))
                .containsExactly(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0);
    }

    @Test
    void endsBelowAnEndThatNoStepMeets() throws MergeException {
        assertThat(points("lambda=-1:1:0.75"))
                .extracting(values -> values.get("lambda"))
                .containsExactly(-1.0, -0.25, 0.5);
    }

    @Test
    void takesListsAndPercents() throws MergeException {
        assertThat(points("density=5%,0.1,20%"))
                .extracting(values -> values.get("density"))
                .containsExactly(0.05, 0.1, 0.2);
    }

    @Test
    void lambdaRunsFastestWhateverTheOrder() throws MergeException {
        assertThat(points("lambda=1,2", "density=10%,20%"))
                .containsExactly(
                        Map.of("density", 0.1, "lambda", 1.0),
                        Map.of("density", 0.1, "lambda", 2.0),
                        Map.of("density", 0.2, "lambda", 1.0),
                        Map.of("density", 0.2, "lambda", 2.0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lambda",
                "=1",
                "lambda=",
                "lambda=1:2",
                "lambda=1:2:3:4",
                "lambda=1:2:0",
                "lambda=2:1:0.1",
                "lambda=1:2:-1",
                "lambda=x",
                "lambda=1,,2",
                "lambda=1e9",
                "lambda=NaN",
                "lambda=0:1000000:0.001",
                "lambda=0:999999:1"
            })
    void refusesWhatIsNoGrid(String text) {
        assertThatThrownBy(() -> GridSearch.parse(List.of(text))).isInstanceOfSatisfying(MergeException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
            assertThat(e.getMessage()).startsWith("--grid: ").contains("got ").contains("expected ");
        });
    }

    @Test
    void refusesTheSameOptionTwice() {
        assertThatThrownBy(() -> GridSearch.parse(List.of("lambda=1,2", "lambda=3")))
                .isInstanceOf(MergeException.class)
                .hasMessageContaining("one axis per option");
    }
}
