package org.modelmerge.report;

import java.util.Locale;
import org.modelmerge.evaluation.RoutingMatrix;

/// Tasks by experts: the mean share that the router gives, the number in every cell and a tint behind it.
final class RoutingSection {
    private RoutingSection() {}

    static void write(Html html, RoutingMatrix routing) {
        html.open("section").element("h2", "Routing");
        html.element(
                "p",
                "Mean share of each expert over the test items of a task. The last column is the share of items whose"
                        + " largest share goes to the task\u2019s own expert.",
                "class",
                "note");
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", "Routing");
        html.open("table", "class", "matrix").element("caption", "Mean shares by the router");
        html.open("thead").open("tr").raw("<td></td>");
        for (String expert : routing.experts()) {
            html.open("th", "scope", "col").name(expert).close("th");
        }
        html.element("th", "own largest", "scope", "col")
                .close("tr")
                .close("thead")
                .open("tbody");
        for (RoutingMatrix.Row row : routing.rows()) {
            html.line().open("tr").open("th", "scope", "row").name(row.task()).close("th");
            for (double share : row.mean()) {
                String tint = String.format(Locale.ROOT, "--t:%.0f%%", share * 100);
                html.element("td", Numbers.accuracy(share), "class", "with", "style", tint);
            }
            html.element("td", Double.isNaN(row.own()) ? Numbers.NONE : Numbers.accuracy(row.own()), "class", "n");
            html.close("tr");
        }
        html.close("tbody").close("table").close("div").close("section").line();
    }
}
