package org.modelmerge.report;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.evaluation.Evaluation;
import org.modelmerge.evaluation.Interval;
import org.modelmerge.evaluation.ModelResult;
import org.modelmerge.evaluation.TaskResult;

/// Accuracy of every model on every task, with interval and bar.
final class AccuracyTable {
    private final Html html;
    private final Evaluation evaluation;
    private final List<ModelResult> columns = new ArrayList<>();
    private final List<Marker> markers = new ArrayList<>();

    AccuracyTable(Html html, Evaluation evaluation) {
        this.html = html;
        this.evaluation = evaluation;
        reference(evaluation.baseline());
        reference(evaluation.individual());
        for (ModelResult model : evaluation.models()) {
            markers.add(new Marker(model.model(), columns.size() - references()));
            columns.add(model);
        }
    }

    private void reference(@Nullable ModelResult model) {
        if (model != null) {
            columns.add(model);
            markers.add(new Marker(model.model(), Marker.REFERENCE));
        }
    }

    private int references() {
        return (int) markers.stream()
                .filter(marker -> marker.series() == Marker.REFERENCE)
                .count();
    }

    void write() {
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", "Accuracy");
        html.open("table", "class", "accuracy")
                .element(
                        "caption",
                        "Accuracy on test items, 95% intervals"
                                + (evaluation.individual() == null ? "" : ", share of the task\u2019s expert"));
        html.open("thead").open("tr").element("th", "Task", "scope", "col");
        html.element("th", "items", "scope", "col", "class", "n");
        for (Marker marker : markers) {
            html.open("th", "scope", "col");
            if (marker.series() != Marker.REFERENCE) {
                marker.inline(html);
            }
            html.name(marker.name()).close("th");
        }
        html.close("tr").close("thead").open("tbody");
        for (String task : evaluation.tasks()) {
            row(task);
        }
        summary();
        html.close("tbody").close("table").close("div").line();
    }

    private void row(String name) {
        html.line().open("tr").open("th", "scope", "row").name(name).close("th");
        TaskResult any = evaluation.models().getFirst().task(name);
        html.element("td", any == null ? Numbers.NONE : Numbers.count(any.total()), "class", "n");
        for (ModelResult model : columns) {
            TaskResult task = model.task(name);
            if (task == null) {
                html.element("td", Numbers.NONE);
            } else {
                cell(
                        task.accuracy(),
                        task.interval(),
                        model.equals(evaluation.individual()) ? null : task.normalised());
            }
        }
        html.close("tr");
    }

    private void summary() {
        html.line().open("tr", "class", "summary").element("th", "average", "scope", "row");
        html.element("td", "", "class", "n");
        for (ModelResult model : columns) {
            cell(model.average(), model.interval(), model.equals(evaluation.individual()) ? null : model.normalised());
        }
        html.close("tr");
    }

    private void cell(double accuracy, @Nullable Interval interval, @Nullable Double normalised) {
        html.open("td").element("strong", Numbers.accuracy(accuracy));
        Bar.write(html, accuracy, "accuracy " + Numbers.accuracy(accuracy));
        html.open("small");
        if (interval != null) {
            String low = Numbers.accuracy(interval.low());
            // A percent sign in the middle would not fit in the column.
            html.text(low.substring(0, low.length() - 1) + Numbers.NONE + Numbers.accuracy(interval.high()));
        }
        if (normalised != null) {
            html.raw("<br>").text(Numbers.accuracy(normalised) + " of expert");
        }
        html.close("small").close("td");
    }
}
