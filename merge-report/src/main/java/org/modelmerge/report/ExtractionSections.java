package org.modelmerge.report;

import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.extraction.ExtractionOutcome;
import org.modelmerge.extraction.ExtractionOutcome.Extracted;
import org.modelmerge.extraction.ExtractionOutcome.LeftOut;
import org.modelmerge.extraction.ExtractionRequest;

/// What an adapter keeps of a fine-tune: figures, energy by layer, all tensors.
final class ExtractionSections {
    private static final int ROW_LIMIT = 200;

    private ExtractionSections() {}

    static void head(Html html, ExtractionRequest request, ExtractionOutcome outcome, String output) {
        html.open("header").element("p", "LoRA extraction", "class", "kind");
        html.open("h1").name(output).close("h1");
        html.open("p", "class", "lead").text("An adapter of rank " + request.rank() + " for ");
        html.open("strong").name(outcome.expert()).close("strong").text(" on the base ");
        html.open("strong").name(outcome.base()).close("strong").text(".").close("p");
        html.close("header").line();
        html.open("dl", "class", "figures").line();
        MergeSections.figure(html, "of the change is kept", Numbers.percent(outcome.energyKept()));
        MergeSections.figure(html, "relative residual", Numbers.significant(outcome.residual()));
        MergeSections.figure(
                html,
                "tensors in the adapter",
                Numbers.count(outcome.extracted().size()));
        MergeSections.figure(
                html, "changed, left out", Numbers.count(outcome.leftOut().size()));
        MergeSections.figure(html, "unchanged", Numbers.count(outcome.unchanged()));
        MergeSections.figure(html, "bytes written", Numbers.bytes(outcome.bytesWritten()));
        html.close("dl").line();
    }

    static void write(Html html, ExtractionRequest request, ExtractionOutcome outcome) {
        html.open("section").element("h2", "Energy kept by layer");
        plot(html, outcome.extracted(), request.rank());
        html.element(
                "p",
                "Energy is the sum of squares of the change. Each dot is a layer's share that the factors hold,"
                        + " its whisker spans the layer's tensors. The factors are measured as they were written.",
                "class",
                "note");
        html.close("section").line();
        extracted(html, outcome.extracted());
        leftOut(html, outcome);
    }

    private static void plot(Html html, List<Extracted> tensors, int rank) {
        Map<String, Layer> layers = new LinkedHashMap<>();
        Layer all = new Layer();
        tensors.stream()
                .sorted(Comparator.comparing(Extracted::name, NaturalOrder.INSTANCE))
                .forEach(tensor -> {
                    layers.computeIfAbsent(LayerStatistics.layerOf(tensor.name()), _ -> new Layer())
                            .add(tensor);
                    all.add(tensor);
                });
        DotPlot plot = new DotPlot(List.of(new Marker("rank " + rank, 0)));
        layers.forEach((name, layer) -> plot.add(name, false, List.of(layer.dot())));
        plot.add("all", true, List.of(all.dot()));
        plot.write(html, "Energy kept", Double.NaN);
    }

    /// Sums of a layer's tensors.
    private static final class Layer {
        private final DoubleSummaryStatistics range = new DoubleSummaryStatistics();
        private double squares;
        private double residualSquares;

        void add(Extracted tensor) {
            range.accept(tensor.energyKept());
            squares += tensor.squares();
            residualSquares += tensor.residualSquares();
        }

        DotPlot.Dot dot() {
            return new DotPlot.Dot(Math.max(0, 1 - residualSquares / squares), range.getMin(), range.getMax());
        }
    }

    /// Tensors that lost most, by the squared norm that the factors lack.
    private static void extracted(Html html, List<Extracted> tensors) {
        List<Extracted> byLoss = tensors.stream()
                .sorted(Comparator.comparingDouble(Extracted::residualSquares).reversed())
                .limit(ROW_LIMIT)
                .toList();
        html.open("section").element("h2", "What the factors keep");
        open(
                html,
                "What the factors keep",
                byLoss.size() < tensors.size()
                        ? "The " + ROW_LIMIT + " of " + Numbers.count(tensors.size()) + " tensors that lose most"
                        : "By what is lost, the largest loss first");
        html.raw("<thead><tr><th scope=\"col\">Tensor</th><th scope=\"col\">Shape</th>");
        html.raw("<th scope=\"col\" class=\"n\">rank</th><th scope=\"col\" class=\"n\">bytes</th>");
        html.raw("<th scope=\"col\" class=\"n\">|\u03c4|</th><th scope=\"col\" class=\"n\">residual</th>");
        html.raw("<th scope=\"col\" class=\"n\">energy kept</th><td></td></tr></thead>")
                .open("tbody");
        for (Extracted tensor : byLoss) {
            String kept = Numbers.percent(tensor.energyKept());
            html.line().open("tr").open("th", "scope", "row", "class", "tensor");
            html.name(tensor.name()).close("th");
            html.element("td", tensor.shape().toString(), "class", "shape");
            html.element("td", Numbers.count(tensor.rank()) + (tensor.exact() ? "" : " *"), "class", "n");
            html.element("td", Numbers.bytes(tensor.bytes()), "class", "n");
            html.element("td", Numbers.significant(Math.sqrt(tensor.squares())), "class", "n");
            html.element("td", Numbers.significant(tensor.residual()), "class", "n");
            html.element("td", kept, "class", "n").open("td", "class", "b");
            Bar.write(html, tensor.energyKept(), "energy kept: " + kept);
            html.close("td").close("tr");
        }
        html.close("tbody").close("table").close("div").line();
        if (byLoss.stream().anyMatch(tensor -> !tensor.exact())) {
            html.element("p", "* from a random subspace: near the optimum, not at it", "class", "note");
        }
        html.close("section").line();
    }

    private static void leftOut(Html html, ExtractionOutcome outcome) {
        if (outcome.leftOut().isEmpty()) {
            return;
        }
        List<LeftOut> bySize = outcome.leftOut().stream()
                .sorted(Comparator.comparingDouble(LeftOut::squares).reversed())
                .limit(ROW_LIMIT)
                .toList();
        html.open("section").element("h2", "Changed and left out");
        html.element("p", "Tensors that no factors can hold, such as biases and norms.", "class", "note");
        open(
                html,
                "Changed and left out",
                bySize.size() < outcome.leftOut().size()
                        ? "The " + ROW_LIMIT + " of "
                                + Numbers.count(outcome.leftOut().size()) + " tensors that changed most"
                        : "By size, the largest change first");
        html.raw("<thead><tr><th scope=\"col\">Tensor</th><th scope=\"col\">Shape</th>");
        html.raw("<th scope=\"col\" class=\"n\">|\u03c4|</th>");
        html.raw("<th scope=\"col\" class=\"n\">of the whole change</th></tr></thead>")
                .open("tbody");
        for (LeftOut tensor : bySize) {
            html.line().open("tr").open("th", "scope", "row", "class", "tensor");
            html.name(tensor.name()).close("th");
            html.element("td", tensor.shape().toString(), "class", "shape");
            html.element("td", Numbers.significant(Math.sqrt(tensor.squares())), "class", "n");
            html.element("td", Numbers.percent(tensor.squares() / outcome.squares()), "class", "n")
                    .close("tr");
        }
        html.close("tbody").close("table").close("div").close("section").line();
    }

    private static void open(Html html, String region, String caption) {
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", region);
        html.open("table").element("caption", caption);
    }
}
