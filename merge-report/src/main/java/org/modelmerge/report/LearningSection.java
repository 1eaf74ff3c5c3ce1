package org.modelmerge.report;

import java.util.ArrayList;
import java.util.List;
import org.modelmerge.adamerging.LearningSettings;
import org.modelmerge.adamerging.LearningTrace;
import org.modelmerge.adamerging.LearningWatch;
import org.modelmerge.error.Printable;

/// How coefficients were learned: from what, entropy and coefficients over the steps, and what the watch saw.
final class LearningSection {
    private LearningSection() {}

    static void write(Html html, Learning learning) {
        LearningTrace trace = learning.trace();
        html.open("section").element("h2", "Learning");
        html.element("p", settings(trace.settings(), trace.steps().size()));
        html.element("p", end(trace));
        protocol(html, learning);
        html.element("h3", "Entropy of the predictions");
        html.element(
                "p",
                "Mean over the samples of the last " + LearningWatch.WINDOW
                        + " steps, in nats; what learning minimises. The JSON report has each step.");
        plot(html, trace, "entropy of the predictions", smooth(trace.steps()));
        html.element("h3", "Coefficients");
        html.element("p", "Mean over the tensors after each step.");
        plot(
                html,
                trace,
                "mean coefficient",
                trace.steps().stream().map(LearningTrace.Step::mean).toList());
        coefficients(html, trace);
        watch(html, trace);
        html.close("section").line();
    }

    private static String settings(LearningSettings settings, int made) {
        return made + " of " + settings.steps() + " steps of Adam at learning rate " + settings.learningRate()
                + " from "
                + settings.init() + "; " + settings.batches() + " batches of " + settings.batchSize()
                + " samples a task and step, seed " + settings.seed() + "; coefficients "
                + (settings.clamped() ? "clamped to [0, 1]" : "not clamped") + ".";
    }

    private static String end(LearningTrace trace) {
        String kept = trace.keptTensors() == 0
                ? ""
                : " " + trace.keptTensors() + " merged tensors kept their first coefficients, because the loss does not"
                        + " depend on them.";
        return switch (trace.end()) {
                    case ALL_STEPS -> "The last coefficients are used.";
                    case PATIENCE ->
                        "Learning stopped early; the coefficients after step " + trace.usedStep()
                                + " had the best criterion and are used.";
                    case COLLAPSE ->
                        "Learning stopped because a task collapsed to few classes; the coefficients after step "
                                + trace.usedStep() + " had the best criterion and are used.";
                }
                + kept;
    }

    private static void protocol(Html html, Learning learning) {
        if (learning.transductive().isEmpty()) {
            html.element("p", "No task was learned from the inputs that its accuracy is measured on.");
            return;
        }
        html.open("p").element("strong", "Transductive protocol. ");
        html.text("Learned from test inputs, without their labels, as in the papers: ");
        for (int k = 0; k < learning.transductive().size(); k++) {
            html.text(k == 0 ? "" : ", ").name(learning.transductive().get(k));
        }
        html.text(". Accuracies of these tasks say nothing about other inputs.").close("p");
    }

    /// Means over the last steps: single batches are too different from each other to show where learning goes.
    private static List<double[]> smooth(List<LearningTrace.Step> steps) {
        List<double[]> smooth = new ArrayList<>();
        for (int end = 1; end <= steps.size(); end++) {
            int from = Math.max(0, end - LearningWatch.WINDOW);
            double[] mean = new double[steps.getFirst().entropy().length];
            for (LearningTrace.Step step : steps.subList(from, end)) {
                for (int t = 0; t < mean.length; t++) {
                    mean[t] += step.entropy()[t] / (end - from);
                }
            }
            smooth.add(mean);
        }
        return smooth;
    }

    /// @param values of each step, one a task
    private static void plot(Html html, LearningTrace trace, String title, List<double[]> values) {
        LinePlot plot = LinePlot.fromZero();
        for (int t = 0; t < trace.tasks().size(); t++) {
            int task = t;
            plot.add(
                    trace.tasks().get(t),
                    values.stream().mapToDouble(step -> step[task]).toArray());
        }
        plot.write(html, title, trace.end() == LearningTrace.End.ALL_STEPS ? 0 : trace.usedStep());
    }

    private static void coefficients(Html html, LearningTrace trace) {
        LearningTrace.Step last = trace.steps().getLast();
        html.open("table", "class", "pairs").element("caption", "After the last step");
        html.raw("<thead><tr><th scope=\"col\">Task</th><th scope=\"col\" class=\"n\">least</th><th"
                        + " scope=\"col\" class=\"n\">mean</th><th scope=\"col\""
                        + " class=\"n\">largest</th></tr></thead>")
                .open("tbody");
        for (int t = 0; t < trace.tasks().size(); t++) {
            html.line()
                    .open("tr")
                    .open("th", "scope", "row")
                    .name(trace.tasks().get(t))
                    .close("th");
            for (double value : new double[] {last.low()[t], last.mean()[t], last.high()[t]}) {
                html.element("td", Numbers.significant(value), "class", "n");
            }
            html.close("tr");
        }
        html.close("tbody").close("table").line();
    }

    private static void watch(Html html, LearningTrace trace) {
        List<LearningWatch.Window> windows = trace.windows();
        if (windows.isEmpty()) {
            return;
        }
        html.element("h3", "Watch");
        html.element(
                "p",
                "The criterion is the mutual information of input and predicted class over " + LearningWatch.WINDOW
                        + " steps, as a share of its largest value: "
                        + Numbers.significant(windows.getFirst().score()) + " at first, "
                        + Numbers.significant(windows.getLast().score())
                        + " at last. It needs no labels, and falls when a model gives the same answer to everything.");
        for (LearningWatch.Window window : windows) {
            if (window.collapsed() >= 0) {
                html.element(
                        "p",
                        "Steps up to " + window.step() + ": "
                                + Printable.text(trace.tasks().get(window.collapsed()))
                                + " predicts few classes; the entropy of its answers is "
                                + Numbers.significant(window.diversity()[window.collapsed()]) + " nats.",
                        "class",
                        "note");
            }
        }
    }
}
