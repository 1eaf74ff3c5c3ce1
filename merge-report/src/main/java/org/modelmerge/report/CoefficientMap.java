package org.modelmerge.report;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Coefficients by tensor and task: the number in every cell and a tint behind it.
final class CoefficientMap {
    private static final int ROW_LIMIT = 600;

    private CoefficientMap() {}

    /// Writes the table of coefficients among the parameters of a method, if there is one.
    static void write(Html html, Map<String, Object> parameters) {
        if (!(parameters.get("coefficients") instanceof Map<?, ?> table)
                || !(table.get("rows") instanceof Map<?, ?> rows)
                || !(table.get("tasks") instanceof List<?> tasks)) {
            return;
        }
        html.open("section").element("h2", "Coefficients");
        Tint tint = Tint.over(rows);
        html.element("p", "One row a tensor, one column a task. " + tint.words());
        List<String> names = new ArrayList<>();
        rows.keySet().forEach(name -> names.add(String.valueOf(name)));
        names.sort(NaturalOrder.INSTANCE);
        boolean isLong = names.size() > 24;
        if (isLong) {
            html.open("details").element("summary", Numbers.count(names.size()) + " tensors");
        }
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", "Coefficients");
        html.open("table", "class", "matrix coefficients")
                .open("thead")
                .open("tr")
                .raw("<td></td>");
        for (Object task : tasks) {
            html.open("th", "scope", "col").name(String.valueOf(task)).close("th");
        }
        html.close("tr").close("thead").open("tbody");
        for (String name : names.subList(0, Math.min(ROW_LIMIT, names.size()))) {
            html.line().open("tr").open("th", "scope", "row", "class", "tensor");
            html.name(name.equals("*") ? "all tensors" : name).close("th");
            if (rows.get(name) instanceof List<?> values) {
                values.forEach(value -> cell(html, number(value), tint));
            }
            html.close("tr");
        }
        html.close("tbody").close("table").close("div");
        if (names.size() > ROW_LIMIT) {
            html.element(
                    "p",
                    "The first " + ROW_LIMIT + "; the JSON report and the coefficient file have all.",
                    "class",
                    "note");
        }
        if (isLong) {
            html.close("details");
        }
        html.close("section").line();
    }

    private static double number(@Nullable Object value) {
        return value instanceof Number number ? number.doubleValue() : 0;
    }

    private static String text(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private static void cell(Html html, double value, Tint tint) {
        String style = String.format(Locale.ROOT, "--t:%.0f%%", tint.of(value) * 100);
        html.element("td", text(value), "class", value < 0 ? "against" : "with", "style", style);
    }

    /// Which coefficient gets which tint. Learned coefficients lie close together, so a scale from 0 to 1 would hardly
    /// tell them apart.
    ///
    /// @param none the coefficient without a tint
    /// @param full the distance to the coefficient with the full tint, 0 if all are the same
    /// @param isSigned whether some are negative
    private record Tint(double none, double full, boolean isSigned) {
        static Tint over(Map<?, ?> rows) {
            DoubleSummaryStatistics range = rows.values().stream()
                    .flatMap(row -> row instanceof List<?> values ? values.stream() : Stream.empty())
                    .mapToDouble(CoefficientMap::number)
                    .summaryStatistics();
            return range.getMin() < 0
                    ? new Tint(0, Math.max(-range.getMin(), range.getMax()), true)
                    : new Tint(range.getMin(), range.getMax() - range.getMin(), false);
        }

        double of(double value) {
            return full > 0 ? Math.abs(value - none) / full : 0.5;
        }

        String words() {
            if (!(full > 0)) {
                return "All are the same.";
            }
            return isSigned
                    ? "The tint is full at " + text(full) + ", and none at 0; negative coefficients have another."
                    : "The tint grows from the least, " + text(none) + ", to the largest, " + text(none + full) + ".";
        }
    }
}
