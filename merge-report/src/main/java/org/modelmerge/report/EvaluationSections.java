package org.modelmerge.report;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.evaluation.Evaluation;
import org.modelmerge.evaluation.Gates;
import org.modelmerge.evaluation.Interval;
import org.modelmerge.evaluation.ModelResult;
import org.modelmerge.evaluation.TaskResult;

/// What models are worth: plot, accuracies, differences, collapses.
final class EvaluationSections {
    private EvaluationSections() {}

    static void head(Html html, EvaluationReport report) {
        Evaluation evaluation = report.evaluation();
        html.open("header").element("p", "Evaluation", "class", "kind").open("h1");
        if (evaluation.models().size() == 1) {
            html.name(evaluation.models().getFirst().model());
        } else {
            html.text(evaluation.models().size() + " models");
        }
        html.close("h1").open("p", "class", "lead");
        if (evaluation.isOfScores()) {
            html.text("Scores of a command, larger is better.");
        } else {
            int items = evaluation.models().getFirst().tasks().stream()
                    .mapToInt(TaskResult::total)
                    .sum();
            int tasks = evaluation.tasks().size();
            html.text("Right answers to " + Numbers.count(items) + " test items of " + tasks
                    + (tasks == 1 ? " task." : " tasks."));
        }
        html.close("p").close("header").line();
    }

    /// Everything but the page's head.
    static void write(Html html, Evaluation evaluation) {
        html.open("section").element("h2", evaluation.isOfScores() ? "Scores" : "Accuracy");
        if (evaluation.isOfScores()) {
            scores(html, evaluation);
        } else {
            plot(html, evaluation);
            new AccuracyTable(html, evaluation).write();
        }
        html.close("section").line();
        DifferenceTable.write(html, evaluation.comparisons());
        CollapseSection.write(html, evaluation);
    }

    static void gates(Html html, List<Gates.Verdict> gates) {
        if (gates.isEmpty()) {
            return;
        }
        boolean passed = gates.stream().allMatch(Gates.Verdict::passed);
        html.open("section", "class", passed ? "gates" : "gates missed");
        html.element("h2", passed ? "All gates passed" : "A gate was missed").open("ul");
        for (Gates.Verdict gate : gates) {
            html.open("li").element("strong", gate.passed() ? "passed " : "missed ");
            html.element("code", "--" + gate.gate()).text(" ").name(gate.text()).close("li");
        }
        html.close("ul").close("section").line();
    }

    private static void scores(Html html, Evaluation evaluation) {
        html.open("table", "class", "pairs").open("tbody");
        ModelResult baseline = evaluation.baseline();
        if (baseline != null) {
            score(html, baseline, " (baseline)");
        }
        for (ModelResult model : evaluation.models()) {
            score(html, model, "");
        }
        html.close("tbody").close("table").line();
    }

    private static void score(Html html, ModelResult model, String remark) {
        html.open("tr")
                .open("th", "scope", "row")
                .name(model.model())
                .text(remark)
                .close("th");
        html.element("td", Numbers.significant(model.average()), "class", "n").close("tr");
    }

    /// Normalised accuracies where every task has its expert, else plain ones.
    private static void plot(Html html, Evaluation evaluation) {
        ModelResult own = evaluation.individual();
        boolean normalised = own != null && evaluation.models().stream().allMatch(model -> model.normalised() != null);
        List<ModelResult> models = new ArrayList<>();
        List<Marker> markers = new ArrayList<>();
        ModelResult baseline = evaluation.baseline();
        if (baseline != null) {
            models.add(baseline);
            markers.add(new Marker(baseline.model(), Marker.REFERENCE));
        }
        for (ModelResult model : evaluation.models()) {
            markers.add(new Marker(model.model(), models.size() - (baseline == null ? 0 : 1)));
            models.add(model);
        }
        DotPlot plot = new DotPlot(markers);
        for (String name : evaluation.tasks()) {
            List<DotPlot.@Nullable Dot> dots = new ArrayList<>();
            for (ModelResult model : models) {
                TaskResult task = model.task(name);
                dots.add(task == null ? null : dot(task.accuracy(), task.interval(), normalised, task.normalised()));
            }
            plot.add(name, false, dots);
        }
        List<DotPlot.@Nullable Dot> averages = new ArrayList<>();
        for (ModelResult model : models) {
            averages.add(dot(model.average(), model.interval(), normalised, model.normalised()));
        }
        plot.add("average", true, averages);
        html.element(
                "p",
                normalised
                        ? "Each dot is a model\u2019s accuracy as a share of the accuracy of the task\u2019s own"
                                + " expert (the line at 100%). Whiskers are 95% intervals of the model\u2019s accuracy,"
                                + " the expert\u2019s taken as it is."
                        : "Each dot is a model\u2019s accuracy; whiskers are 95% intervals.");
        plot.write(html, normalised ? "share of the expert\u2019s accuracy" : "accuracy", normalised ? 1 : Double.NaN);
    }

    private static DotPlot.@Nullable Dot dot(
            double accuracy, @Nullable Interval interval, boolean isNormalised, @Nullable Double normalised) {
        if (isNormalised && normalised == null) {
            return null;
        }
        double scale = normalised == null || !isNormalised || accuracy == 0 ? 1 : normalised / accuracy;
        double low = interval == null ? accuracy : interval.low();
        double high = interval == null ? accuracy : interval.high();
        return new DotPlot.Dot(accuracy * scale, low * scale, high * scale);
    }
}
