package org.modelmerge.adamerging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.MergeMethod.Outline;

final class CoefficientTableTest {
    private final List<String> warnings = new ArrayList<>();

    private Outline models() {
        return new Outline(List.of("a", "b"), List.of("w", "v"), warnings::add);
    }

    private static Map<String, List<Float>> rows(Object... namesAndRows) {
        Map<String, List<Float>> rows = new LinkedHashMap<>();
        for (int k = 0; k < namesAndRows.length; k += 2) {
            List<Float> row = ((List<?>) namesAndRows[k + 1])
                    .stream().map(Float.class::cast).toList();
            rows.put((String) namesAndRows[k], row);
        }
        return rows;
    }

    private static CoefficientTable layers(List<String> tasks, boolean named, Object... rows) {
        return new CoefficientTable(Granularity.LAYER, tasks, rows(rows), named);
    }

    private static CoefficientTable taskWise(List<String> tasks, List<Float> row) {
        return new CoefficientTable(Granularity.TASK, tasks, rows("*", row), true);
    }

    @Test
    void matchesNamedRowsByName() throws MergeException {
        CoefficientTable resolved = layers(List.of("a", "b"), true, "v", List.of(3f, 4f), "w", List.of(1f, 2f))
                .resolve(models());

        assertThat(resolved.rows()).isEqualTo(rows("w", List.of(1f, 2f), "v", List.of(3f, 4f)));
        assertThat(resolved.rows().keySet()).containsExactly("w", "v");
        assertThat(resolved.tasks()).containsExactly("a", "b");
        assertThat(warnings).isEmpty();
    }

    @Test
    void matchesUnnamedRowsByPositionAndSaysSo() throws MergeException {
        CoefficientTable resolved = layers(List.of(), false, "0", List.of(1f, 2f), "1", List.of(3f, 4f))
                .resolve(models());

        assertThat(resolved.rows()).isEqualTo(rows("w", List.of(1f, 2f), "v", List.of(3f, 4f)));
        assertThat(resolved.named()).isTrue();
        assertThat(warnings).singleElement().asString().contains("matched to the base's tensors in file order");
    }

    @Test
    void dropsTheColumnOfTheBase() throws MergeException {
        CoefficientTable resolved = layers(List.of(), true, "w", List.of(1f, 0.1f, 0.2f), "v", List.of(1f, 0.3f, 0.4f))
                .resolve(models());

        assertThat(resolved.rows()).isEqualTo(rows("w", List.of(0.1f, 0.2f), "v", List.of(0.3f, 0.4f)));
        assertThat(taskWise(List.of(), List.of(1f, 0.5f, 0.6f))
                        .resolve(models())
                        .rows())
                .isEqualTo(rows("*", List.of(0.5f, 0.6f)));
    }

    @Test
    void keepsFirstColumnsOfOneWhenTheyBelongToATask() throws MergeException {
        assertThat(taskWise(List.of(), List.of(1f, 0.5f)).resolve(models()).rows())
                .isEqualTo(rows("*", List.of(1f, 0.5f)));
    }

    @Test
    void usesTheRowForAllTensorsWhenTaskWise() throws MergeException {
        CoefficientTable resolved =
                taskWise(List.of("a", "b"), List.of(0.1f, 0.2f)).resolve(models());

        assertThat(resolved.row("w")).containsExactly(0.1f, 0.2f);
        assertThat(resolved.row("anything")).containsExactly(0.1f, 0.2f);
    }

    @Test
    void warnsOfRowsThatNameNoMergedTensor() throws MergeException {
        layers(List.of(), true, "w", List.of(1f, 2f), "v", List.of(3f, 4f), "x", List.of(5f, 6f), "y", List.of(7f, 8f))
                .resolve(models());

        assertThat(warnings).containsExactly("2 rows of coefficients name no merged tensor, first x");
    }

    static Stream<Arguments> mismatches() {
        List<Float> two = List.of(1f, 2f);
        return Stream.of(
                Arguments.of(
                        taskWise(List.of("b", "a"), two),
                        "tasks of the coefficients differ (got [b, a], expected [a, b])"),
                Arguments.of(taskWise(List.of(), List.of(1f)), "wrong length (got 1, expected 2 tasks)"),
                Arguments.of(taskWise(List.of(), List.of(0.5f, 1f, 2f)), "wrong length (got 3, expected 2 tasks)"),
                Arguments.of(
                        layers(List.of(), true, "w", List.of(1f, 1f, 1f), "v", List.of(0.9f, 1f, 1f)),
                        "wrong length (got 3, expected 2 tasks)"),
                Arguments.of(
                        layers(List.of(), true, "w", two, "x", two),
                        "v: merged tensors without a row of coefficients (got 1 such tensors, expected a row for each"
                                + " of 2)"),
                Arguments.of(
                        layers(List.of(), false, "0", two, "1", two, "2", two),
                        "do not fit the merged tensors (got 3 rows, expected 1 or 2)"));
    }

    @ParameterizedTest
    @MethodSource("mismatches")
    void refusesWhatDoesNotFitTheModels(CoefficientTable table, String message) {
        assertThatThrownBy(() -> table.resolve(models())).isInstanceOfSatisfying(MergeException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.MISMATCH);
            assertThat(e).hasMessageContaining(message);
        });
    }

    @Test
    void readsBackItsOwnPlainForm() throws MergeException {
        CoefficientTable resolved = layers(List.of("a", "b"), true, "w", List.of(0.1f, 2f), "v", List.of(-3f, 1e-9f))
                .resolve(models());

        assertThat(CoefficientTable.of(resolved.value())).isEqualTo(resolved);
    }

    @Test
    void hasNoTableWithoutRows() {
        assertThatThrownBy(() -> new CoefficientTable(Granularity.LAYER, List.of(), Map.of(), true))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CoefficientTable(Granularity.TASK, List.of(), rows("w", List.of(1f)), true))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
