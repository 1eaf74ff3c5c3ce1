package org.modelmerge.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

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
        html.element("p", "One row a tensor, one column a task. The tint is full at 1 and grows with the coefficient.");
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
                values.forEach(value -> cell(html, value instanceof Number number ? number.doubleValue() : 0));
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

    private static void cell(Html html, double value) {
        String tint = String.format(Locale.ROOT, "--t:%.0f%%", Math.min(1, Math.abs(value)) * 100);
        String text = String.format(Locale.ROOT, "%.3f", value);
        html.element("td", text, "class", value < 0 ? "against" : "with", "style", tint);
    }
}
