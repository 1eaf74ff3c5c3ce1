package org.modelmerge.report;

import java.util.List;
import java.util.Locale;
import org.modelmerge.evaluation.Comparison;
import org.modelmerge.evaluation.Difference;

/// Paired differences with intervals, corrected p values and verdicts.
final class DifferenceTable {
    private DifferenceTable() {}

    static void write(Html html, List<Comparison> comparisons) {
        if (comparisons.isEmpty()) {
            return;
        }
        html.open("section").element("h2", "Differences on the same items");
        html.open("p").text("In percentage points, with 95% bootstrap intervals and exact McNemar tests, p values ");
        html.text("corrected by Holm\u2019s method for all comparisons on this page. Won are the items that ")
                .text("only this model answers right, lost those that only the other does.")
                .close("p");
        List<Comparison> averaged = comparisons.stream()
                .filter(comparison -> comparison.average() != null)
                .toList();
        if (!averaged.isEmpty()) {
            begin(html, "On average over tasks", "Model");
            for (Comparison comparison : averaged) {
                Difference average = comparison.average();
                if (average != null) {
                    html.line().open("tr").open("th", "scope", "row");
                    names(html, comparison);
                    html.close("th");
                    cells(html, average);
                }
            }
            end(html);
        }
        for (Comparison comparison : comparisons) {
            // One comparison is what the reader came for; of many, the averages above are.
            if (comparisons.size() == 1) {
                html.open("details", "class", "by-task", "open", "");
            } else {
                html.open("details", "class", "by-task");
            }
            html.open("summary");
            names(html, comparison);
            html.text(", by task").close("summary");
            begin(html, "By task", "Task");
            for (Difference difference : comparison.tasks()) {
                html.line().open("tr").open("th", "scope", "row");
                html.name(difference.task()).close("th");
                cells(html, difference);
            }
            end(html);
            html.close("details").line();
        }
        html.close("section").line();
    }

    private static void names(Html html, Comparison comparison) {
        html.name(comparison.model()).text(" against ");
        if (comparison.kind() == Comparison.Kind.INDIVIDUAL) {
            html.text("the individual experts");
        } else {
            html.name(comparison.against());
        }
    }

    private static void begin(Html html, String caption, String first) {
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", caption);
        html.open("table", "class", "differences")
                .element("caption", caption)
                .open("thead")
                .open("tr");
        html.element("th", first, "scope", "col");
        for (String head : List.of("difference", "95% interval", "won / lost", "p")) {
            html.element("th", head, "scope", "col", "class", "n");
        }
        html.element("th", "verdict", "scope", "col").close("tr").close("thead").open("tbody");
    }

    private static void end(Html html) {
        html.close("tbody").close("table").close("div").line();
    }

    private static void cells(Html html, Difference difference) {
        html.element("td", points(difference.difference()), "class", "n");
        html.element(
                "td",
                points(difference.interval().low()) + " to "
                        + points(difference.interval().high()),
                "class",
                "n");
        html.element(
                "td",
                Numbers.count(difference.onlyModel()) + " / " + Numbers.count(difference.onlyReference()),
                "class",
                "n");
        html.element("td", p(difference.correctedP()), "class", "n");
        html.element("td", difference.verdict(), "class", difference.isMeasurable() ? "verdict" : "verdict none")
                .close("tr");
    }

    /// Percentage points with sign: `+3.2`.
    private static String points(double difference) {
        String text = String.format(Locale.ROOT, "%+.1f", difference * 100);
        return text.equals("+0.0") || text.equals("-0.0") ? "0.0" : text.replace('-', '\u2212');
    }

    private static String p(double value) {
        return value < 0.001 ? "< 0.001" : String.format(Locale.ROOT, "%.3f", value);
    }
}
