package org.modelmerge.report;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.modelmerge.evaluation.Confusion;
import org.modelmerge.evaluation.Evaluation;
import org.modelmerge.evaluation.ModelResult;
import org.modelmerge.evaluation.TaskResult;

/// What classifiers answer where one class has taken nearly all answers: histograms of labels and answers, and the
/// matrix of both.
final class CollapseSection {
    private static final int MOST_CLASSES = 12;

    private CollapseSection() {}

    static void write(Html html, Evaluation evaluation) {
        boolean begun = false;
        for (ModelResult model : evaluation.models()) {
            for (TaskResult task : model.tasks()) {
                if (task.confusion().isCollapsed()) {
                    if (!begun) {
                        html.open("section").element("h2", "Collapsed classifiers");
                        html.element(
                                "p", "Here one class takes nearly all answers, although it is not nearly all labels.");
                        begun = true;
                    }
                    histogram(html, model.model(), task);
                }
            }
        }
        if (begun) {
            html.close("section").line();
        }
    }

    private static void histogram(Html html, String model, TaskResult task) {
        Confusion confusion = task.confusion();
        List<Integer> classes = IntStream.range(0, confusion.labels().size())
                .boxed()
                .sorted(Comparator.comparing(c -> -confusion.predictedCount(c) - confusion.expectedCount(c)))
                .limit(MOST_CLASSES)
                .toList();
        html.open("h3").name(model).text(" on ").name(task.name()).close("h3");
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", "Answers by class");
        html.open("table").open("caption");
        html.text(confusion.labels().size() > MOST_CLASSES ? "The " + MOST_CLASSES + " most frequent of " : "All ");
        html.text(confusion.labels().size() + " classes").close("caption");
        html.raw("<thead><tr><th scope=\"col\">Class</th><th scope=\"col\" class=\"n\">labels</th><td></td>");
        html.raw("<th scope=\"col\" class=\"n\">answers</th><td></td></tr></thead>")
                .open("tbody");
        for (int label : classes) {
            html.line().open("tr").open("th", "scope", "row");
            html.name(confusion.labels().get(label)).close("th");
            count(html, confusion.expectedCount(label), confusion.total());
            count(html, confusion.predictedCount(label), confusion.total());
            html.close("tr");
        }
        html.close("tbody").close("table").close("div").line();
        if (confusion.labels().size() <= MOST_CLASSES) {
            matrix(html, confusion);
        }
    }

    private static void count(Html html, int count, int total) {
        double share = (double) count / total;
        html.element("td", Numbers.count(count), "class", "n").open("td", "class", "b");
        Bar.write(html, share, Numbers.percent(share));
        html.close("td");
    }

    private static void matrix(Html html, Confusion confusion) {
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", "Confusion matrix");
        html.open("table", "class", "matrix").element("caption", "Answers (columns) by label (rows)");
        html.open("thead").open("tr").raw("<td></td>");
        for (String label : confusion.labels()) {
            html.open("th", "scope", "col").name(label).close("th");
        }
        html.close("tr").close("thead").open("tbody");
        for (int row = 0; row < confusion.counts().length; row++) {
            html.line().open("tr").open("th", "scope", "row");
            html.name(confusion.labels().get(row)).close("th");
            int all = Math.max(1, confusion.expectedCount(row));
            for (int column = 0; column < confusion.counts().length; column++) {
                int count = confusion.counts()[row][column];
                String tint = String.format(Locale.ROOT, "--t:%.0f%%", 100.0 * count / all);
                html.element("td", Numbers.count(count), "class", row == column ? "with" : "against", "style", tint);
            }
            html.close("tr");
        }
        html.close("tbody").close("table").close("div").line();
    }
}
