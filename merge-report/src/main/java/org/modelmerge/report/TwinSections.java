package org.modelmerge.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.modelmerge.twin.TwinManifest;
import org.modelmerge.twin.TwinManifest.Expert;
import org.modelmerge.twin.TwinManifest.Tensor;

/// What exclusive experts take and keep.
final class TwinSections {
    private static final int ROW_LIMIT = 200;

    private TwinSections() {}

    static void write(Html html, TwinManifest manifest) {
        storage(html, manifest);
        tensors(html, manifest);
    }

    private static void storage(Html html, TwinManifest manifest) {
        double whole = manifest.replacedBytes();
        html.open("section").element("h2", "Storage");
        html.open("p")
                .text("The folder takes " + Numbers.bytes(manifest.storedBytes()) + ", "
                        + Numbers.percent(manifest.storedBytes() / whole) + " of the "
                        + Numbers.bytes(manifest.replacedBytes()) + " of the "
                        + manifest.experts().size()
                        + " models that it stands for.");
        html.close("p").line();
        head(
                html,
                "Storage",
                "Shared expert and exclusive experts",
                "<th scope=\"col\">Expert</th><th scope=\"col\" class=\"n\">bytes</th><th scope=\"col\" class=\"n\">of"
                        + " its model</th><td></td><th scope=\"col\" class=\"n\">energy kept</th>");
        row(html, "shared", manifest.shared().sizeBytes(), 1, Numbers.NONE);
        for (int i = 0; i < manifest.experts().size(); i++) {
            Expert expert = manifest.experts().get(i);
            long bytes = expert.part().sizeBytes();
            row(
                    html,
                    expert.task(),
                    bytes,
                    (double) bytes / expert.source().sizeBytes(),
                    Numbers.percent(manifest.energyKept(i)));
        }
        html.close("tbody").close("table").close("div").close("section").line();
    }

    private static void head(Html html, String region, String caption, String columns) {
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", region);
        html.open("table").element("caption", caption);
        html.raw("<thead><tr>" + columns + "</tr></thead>").open("tbody");
    }

    private static void row(Html html, String name, long bytes, double share, String energy) {
        html.line().open("tr").open("th", "scope", "row").name(name).close("th");
        html.element("td", Numbers.bytes(bytes), "class", "n");
        html.element("td", Numbers.percent(share), "class", "n").open("td", "class", "b");
        Bar.write(html, share, "share of the model's bytes: " + Numbers.percent(share));
        html.close("td").element("td", energy, "class", "n").close("tr");
    }

    /// Tensors that lost most, by the squared norm that compression left out.
    private static void tensors(Html html, TwinManifest manifest) {
        List<Tensor> byLoss = new ArrayList<>(manifest.tensors());
        byLoss.sort(Comparator.comparingDouble(TwinSections::lost).reversed());
        html.open("section").element("h2", "What compression keeps");
        html.element(
                "p",
                "Energy is the sum of squares of the difference to the shared expert; bars show the task that keeps"
                        + " least of it.",
                "class",
                "note");
        String caption = byLoss.size() > ROW_LIMIT
                ? "The " + ROW_LIMIT + " of " + Numbers.count(byLoss.size()) + " tensors that lose most"
                : "By what is lost";
        head(
                html,
                "What compression keeps",
                caption,
                "<th scope=\"col\">Tensor</th><th scope=\"col\">Shape</th>"
                        + "<th scope=\"col\">Form</th><th scope=\"col\" class=\"n\">kept</th>"
                        + "<th scope=\"col\" class=\"n\">energy kept</th><td></td>");
        for (Tensor tensor : byLoss.subList(0, Math.min(ROW_LIMIT, byLoss.size()))) {
            double least = tensor.energyKept().stream()
                    .mapToDouble(Double::doubleValue)
                    .min()
                    .orElse(1);
            html.line().open("tr").open("th", "scope", "row", "class", "tensor");
            html.name(tensor.name()).close("th");
            html.element("td", tensor.shape().toString(), "class", "shape");
            html.element("td", tensor.form().name().toLowerCase(Locale.ROOT));
            html.element("td", kept(tensor), "class", "n");
            html.element("td", Numbers.percent(least), "class", "n").open("td", "class", "b");
            Bar.write(html, least, "energy kept: " + Numbers.percent(least));
            html.close("td").close("tr");
        }
        html.close("tbody").close("table").close("div").close("section").line();
    }

    private static double lost(Tensor tensor) {
        double lost = 0;
        for (int i = 0; i < tensor.norms().size(); i++) {
            lost += tensor.norms().get(i)
                    * tensor.norms().get(i)
                    * (1 - tensor.energyKept().get(i));
        }
        return lost;
    }

    private static String kept(Tensor tensor) {
        long least = tensor.kept().stream().mapToLong(Long::longValue).min().orElse(0);
        long most = tensor.kept().stream().mapToLong(Long::longValue).max().orElse(0);
        String range = least == most ? Numbers.count(least) : Numbers.count(least) + " to " + Numbers.count(most);
        return switch (tensor.form()) {
            case FACTORS -> "rank " + range;
            case SPARSE, DENSE, ORACLE -> range + " elements";
        };
    }

    /// The head and the weights of a composed checkpoint.
    static void composition(Html html, ComposeReport report) {
        html.open("header").element("p", "Composition", "class", "kind");
        html.open("h1").name(report.output()).close("h1");
        html.open("p", "class", "lead").text("Composed of the Twin folder ").name(report.folder());
        html.text(": the shared expert plus the weighted sum of the exclusive experts.")
                .close("p")
                .close("header")
                .line();
        html.open("section").element("h2", "Weights");
        head(
                html,
                "Weights",
                "Weights of the exclusive experts",
                "<th scope=\"col\">Task</th>" + "<th scope=\"col\" class=\"n\">weight</th><td></td>");
        for (int i = 0; i < report.tasks().size(); i++) {
            double weight = report.weights().get(i);
            html.line().open("tr").open("th", "scope", "row");
            html.name(report.tasks().get(i)).close("th");
            html.element("td", Numbers.significant(weight), "class", "n").open("td", "class", "b");
            Bar.write(html, weight, "weight: " + Numbers.significant(weight));
            html.close("td").close("tr");
        }
        html.close("tbody").close("table").close("div");
        if (report.task() != null) {
            html.open("p", "class", "note")
                    .text("Biases are those of ")
                    .name(report.task())
                    .close("p");
        }
        html.close("section").line();
    }
}
