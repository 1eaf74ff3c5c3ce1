package org.modelmerge.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CoefficientMapTest {
    private static String written(List<?> tasks, Map<String, ?> rows) {
        Html html = new Html();
        CoefficientMap.write(html, Map.of("coefficients", Map.of("tasks", tasks, "rows", rows)));
        return html.toString();
    }

    private static Map<String, List<Double>> rows(int count) {
        Map<String, List<Double>> rows = new LinkedHashMap<>();
        for (int k = count - 1; k >= 0; k--) {
            rows.put("layer." + k, List.of(0.3));
        }
        return rows;
    }

    @Test
    void writesTheNumberAndATintInEveryCell() {
        String page = written(List.of("a", "b", "c"), Map.of("w", List.of(0.25, 0.3, 0.35)));

        assertThat(page)
                .contains("<th scope=\"col\"><bdi>a</bdi></th><th scope=\"col\"><bdi>b</bdi></th>")
                .contains("<bdi>w</bdi></th><td class=\"with\" style=\"--t:0%\">0.250</td>"
                        + "<td class=\"with\" style=\"--t:50%\">0.300</td>"
                        + "<td class=\"with\" style=\"--t:100%\">0.350</td></tr>")
                .contains("The tint grows from the least, 0.250, to the largest, 0.350.");
    }

    @Test
    void givesEqualCoefficientsEqualTints() {
        assertThat(written(List.of("a", "b"), Map.of("w", List.of(0.3, 0.3))))
                .contains("--t:50%", "All are the same.")
                .doesNotContain("NaN");
    }

    @Test
    void showsNegativeCoefficientsInAnotherTint() {
        assertThat(written(List.of("a", "b"), Map.of("w", List.of(-0.4, 1.6))))
                .contains("<td class=\"against\" style=\"--t:25%\">-0.400</td>")
                .contains("<td class=\"with\" style=\"--t:100%\">1.600</td>")
                .contains("The tint is full at 1.600, and none at 0; negative coefficients have another.");
    }

    @Test
    void namesTheRowOfAllTensors() {
        assertThat(written(List.of("a"), Map.of("*", List.of(0.3)))).contains("<bdi>all tensors</bdi>");
    }

    @Test
    void ordersRowsByTheNumbersInTheirNames() {
        String page = written(List.of("a"), rows(12));

        assertThat(page.indexOf("<bdi>layer.2</bdi>")).isLessThan(page.indexOf("<bdi>layer.10</bdi>"));
        assertThat(page).doesNotContain("<details>");
    }

    @Test
    void foldsALongTable() {
        assertThat(written(List.of("a"), rows(25))).contains("<details><summary>25 tensors</summary>", "</details>");
    }

    @Test
    void saysWhereTheRowsAreThatItLeavesOut() {
        String page = written(List.of("a"), rows(601));

        assertThat(page)
                .contains("<bdi>layer.599</bdi>", "The first 600; the JSON report and the coefficient file have all.")
                .doesNotContain("<bdi>layer.600</bdi>");
    }

    @Test
    void escapesNames() {
        assertThat(written(List.of("<i>"), Map.of("<b>", List.of(0.3))))
                .contains("&lt;i&gt;", "&lt;b&gt;")
                .doesNotContain("<i>", "<b>");
    }

    @Test
    void writesNothingForAMethodWithoutATable() {
        Html html = new Html();
        CoefficientMap.write(html, Map.of("lambda", 0.3));
        CoefficientMap.write(html, Map.of("coefficients", "(table)"));

        assertThat(html.toString()).isEmpty();
    }
}
