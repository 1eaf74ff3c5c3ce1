package org.modelmerge.report;

import java.util.List;
import org.modelmerge.engine.WeightStatistics;
import org.modelmerge.engine.WeightStatistics.Sums;
import org.modelmerge.engine.WeightStatistics.TensorStatistics;

/// What the models did to the weights: tasks, their likeness, layers, and the most changed tensors.
final class StatisticsSections {
    private StatisticsSections() {}

    /// @param merged whether a merge was written; a check has no merged weights to show
    static void write(Html html, WeightStatistics statistics, boolean merged) {
        tasks(html, statistics, merged);
        if (statistics.tasks().size() > 1) {
            CosineMatrix.write(html, statistics);
        }
        LayerTable.write(html, statistics, merged);
        if (merged) {
            topChanged(html, TopChanged.of(statistics));
        }
    }

    private static void tasks(Html html, WeightStatistics statistics, boolean merged) {
        Sums total = statistics.total();
        double all = 0;
        for (double squares : total.tauSquares()) {
            all += squares;
        }
        html.open("section").element("h2", "Task vectors");
        summary(html, statistics, merged);
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", "Task vectors");
        html.open("table").element("caption", "How far each expert moved from the base");
        html.raw("<thead><tr><th scope=\"col\">Task</th><th scope=\"col\" class=\"n\">|\u03c4|</th>");
        html.raw("<th scope=\"col\" class=\"n\">|\u03c4| / |base|</th>");
        html.raw(merged ? "<th scope=\"col\" class=\"n\">cos(\u03c4, merged)</th>" : "");
        html.raw("<th scope=\"col\" class=\"n\">share of \u03a3|\u03c4|\u00b2</th><td></td></tr></thead>")
                .open("tbody");
        for (int i = 0; i < statistics.tasks().size(); i++) {
            double share = total.tauSquares()[i] / all;
            double relative = total.norm(i) / Math.sqrt(total.baseSquares());
            html.line().open("tr").open("th", "scope", "row");
            html.name(statistics.tasks().get(i)).close("th");
            html.element("td", Numbers.significant(total.norm(i)), "class", "n");
            html.element("td", Numbers.percent(relative), "class", "n");
            if (merged) {
                html.element("td", Numbers.cosine(total.cosineToMerged(i)), "class", "n");
            }
            html.element("td", Numbers.percent(share), "class", "n").open("td", "class", "b");
            Bar.write(html, share, "share of squared norms: " + Numbers.percent(share));
            html.close("td").close("tr");
        }
        html.close("tbody").close("table").close("div").close("section").line();
    }

    private static void summary(Html html, WeightStatistics statistics, boolean merged) {
        Sums total = statistics.total();
        html.open("p");
        if (merged) {
            html.text("The merge moved the weights by " + Numbers.percent(total.relativeChange())
                    + " of |base| and changed ");
            double changed =
                    total.elementCount() == 0 ? Double.NaN : (double) total.changedCount() / total.elementCount();
            html.text(Numbers.percent(changed) + " of the merged elements. ");
        }
        html.text("All task vectors that touch an element agree on its sign in "
                + Numbers.percent(total.signAgreement()));
        html.text(" of the touched elements.");
        if (statistics.sampled()) {
            double share = (double) statistics.measuredElements() / total.elementCount();
            html.text(" All numbers about the weights are estimates from a fixed sample of " + Numbers.percent(share)
                    + " of the elements.");
        }
        html.close("p").line();
    }

    private static void topChanged(Html html, List<TensorStatistics> top) {
        if (top.isEmpty()) {
            return;
        }
        double largest = top.getFirst().sums().relativeChange();
        html.open("section").element("h2", "Most changed tensors");
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", "Most changed tensors");
        html.open("table").element("caption", "By |merged| / |base|, at most ten");
        html.raw("<thead><tr><th scope=\"col\">Tensor</th><th scope=\"col\">Shape</th>");
        html.raw("<th scope=\"col\" class=\"n\">change</th><td></td>");
        html.raw("<th scope=\"col\" class=\"n\">sign agreement</th></tr></thead>")
                .open("tbody");
        for (TensorStatistics tensor : top) {
            double change = tensor.sums().relativeChange();
            html.line().open("tr").open("th", "scope", "row", "class", "tensor");
            html.name(tensor.name()).close("th");
            html.element("td", tensor.shape().toString(), "class", "shape");
            html.element("td", Numbers.percent(change), "class", "n").open("td", "class", "b");
            Bar.write(html, change / largest, "relative change: " + Numbers.percent(change));
            html.close("td")
                    .element("td", Numbers.percent(tensor.sums().signAgreement()), "class", "n")
                    .close("tr");
        }
        html.close("tbody").close("table").close("div").close("section").line();
    }
}
