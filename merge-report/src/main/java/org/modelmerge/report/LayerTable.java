package org.modelmerge.report;

import java.util.List;
import org.modelmerge.engine.WeightStatistics;

/// One row per layer: how far it moved and how far the experts agree on the direction.
final class LayerTable {
    private static final int ROW_LIMIT = 200;

    private LayerTable() {}

    static void write(Html html, WeightStatistics statistics, boolean merged) {
        List<LayerStatistics> layers = LayerStatistics.of(statistics);
        if (layers.isEmpty()) {
            return;
        }
        double largest = 0;
        for (LayerStatistics layer : layers) {
            largest = Math.max(largest, Double.isFinite(layer.relativeChange()) ? layer.relativeChange() : 0);
        }
        html.open("section").element("h2", "Layers");
        if (layers.size() > ROW_LIMIT) {
            html.element(
                    "p",
                    "The first " + ROW_LIMIT + " of " + Numbers.count(layers.size()) + " layers.",
                    "class",
                    "note");
        }
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", "Layers");
        html.open("table", "class", "layers").element("caption", "Tensors grouped by the first number in their names");
        html.raw("<thead><tr><th scope=\"col\">Layer</th><th scope=\"col\" class=\"n\">elements</th>");
        if (merged) {
            html.raw("<th scope=\"col\" class=\"n\">change</th><td></td>");
        }
        html.raw("<th scope=\"col\" class=\"n\">sign agreement</th><td></td></tr></thead>")
                .open("tbody");
        for (LayerStatistics layer : layers.subList(0, Math.min(ROW_LIMIT, layers.size()))) {
            row(html, layer, largest, merged);
        }
        html.close("tbody").close("table").close("div").close("section").line();
    }

    private static void row(Html html, LayerStatistics layer, double largest, boolean merged) {
        String change = Numbers.percent(layer.relativeChange());
        String agreement = Numbers.percent(layer.signAgreement());
        html.line()
                .open("tr")
                .open("th", "scope", "row", "class", "tensor")
                .name(layer.name())
                .close("th");
        html.element("td", Numbers.count(layer.elementCount()), "class", "n");
        if (merged) {
            html.element("td", change, "class", "n").open("td", "class", "b");
            Bar.write(html, largest == 0 ? 0 : layer.relativeChange() / largest, "relative change: " + change);
            html.close("td");
        }
        html.element("td", agreement, "class", "n").open("td", "class", "b");
        Bar.write(html, layer.signAgreement(), "sign agreement: " + agreement);
        html.close("td").close("tr");
    }
}
