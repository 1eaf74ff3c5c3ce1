package org.modelmerge.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.Printable;
import org.modelmerge.evaluation.Comparison;
import org.modelmerge.evaluation.Difference;
import org.modelmerge.evaluation.Evaluation;
import org.modelmerge.evaluation.Gates;
import org.modelmerge.evaluation.Interval;
import org.modelmerge.evaluation.ModelResult;
import org.modelmerge.evaluation.TaskResult;
import org.modelmerge.report.EvaluationReport;

/// An evaluation as tables of text.
final class EvaluationText {
    private static final String NONE = "-";

    private EvaluationText() {}

    static void print(EvaluationReport report, Talk talk) {
        Evaluation evaluation = report.evaluation();
        if (evaluation.isOfScores()) {
            scores(evaluation, talk);
        } else {
            for (ModelResult model : evaluation.models()) {
                model(evaluation, model, talk);
            }
            comparisons(evaluation, talk);
        }
        for (Gates.Verdict gate : report.gates()) {
            talk.data((gate.passed() ? "passed   --" : "missed   --") + gate.gate() + "  " + gate.text());
        }
    }

    private static void scores(Evaluation evaluation, Talk talk) {
        Table table = new Table("", List.of("model", "score"), 1);
        ModelResult baseline = evaluation.baseline();
        if (baseline != null) {
            table.add(Printable.text(baseline.model()) + " (baseline)", Quantity.measure(baseline.average()));
        }
        for (ModelResult model : evaluation.models()) {
            table.add(Printable.text(model.model()), Quantity.measure(model.average()));
        }
        table.print(talk);
    }

    private static void model(Evaluation evaluation, ModelResult model, Talk talk) {
        talk.data(Printable.text(model.model()));
        List<String> head = new ArrayList<>(List.of("task", "correct", "accuracy", "95% interval"));
        if (evaluation.individual() != null) {
            head.add("of expert");
        }
        Comparison against = evaluation.comparisons().stream()
                .filter(c -> c.kind() == Comparison.Kind.BASELINE && c.model().equals(model.model()))
                .findFirst()
                .orElse(null);
        if (against != null) {
            head.add("against " + Printable.text(against.against()));
            head.add("verdict");
        }
        Table table = new Table("  ", head, 1, against != null);
        for (TaskResult task : model.tasks()) {
            List<String> cells = cells(
                    Printable.text(task.name()), task.correct() + "/" + task.total(), task.accuracy(), task.interval());
            complete(cells, evaluation, task.normalised());
            if (against != null) {
                difference(cells, of(against, task.name()));
            }
            table.add(cells.toArray(String[]::new));
        }
        List<String> cells = cells(Difference.AVERAGE, "", model.average(), model.interval());
        complete(cells, evaluation, model.normalised());
        if (against != null) {
            difference(cells, against.average());
        }
        table.add(cells.toArray(String[]::new));
        table.print(talk);
    }

    private static @Nullable Difference of(Comparison comparison, String task) {
        return comparison.tasks().stream()
                .filter(d -> d.task().equals(task))
                .findFirst()
                .orElse(null);
    }

    private static List<String> cells(String name, String correct, double accuracy, @Nullable Interval interval) {
        return new ArrayList<>(List.of(
                name,
                correct,
                percent(accuracy),
                interval == null ? NONE : percent(interval.low()) + " to " + percent(interval.high())));
    }

    private static void complete(List<String> cells, Evaluation evaluation, @Nullable Double normalised) {
        if (evaluation.individual() != null) {
            cells.add(normalised == null ? NONE : percent(normalised));
        }
    }

    private static void difference(List<String> cells, @Nullable Difference difference) {
        cells.add(difference == null ? NONE : points(difference));
        cells.add(difference == null ? NONE : difference.verdict());
    }

    /// Models against the individual experts and against one another, where tables by task would bury the answer.
    private static void comparisons(Evaluation evaluation, Talk talk) {
        Table table = new Table("", List.of("model", "against", "difference", "p, corrected", "verdict"), 2, true);
        for (Comparison comparison : evaluation.comparisons()) {
            Difference difference =
                    comparison.average() == null && comparison.tasks().size() == 1
                            ? comparison.tasks().getFirst()
                            : comparison.average();
            if (difference != null) {
                table.add(
                        Printable.text(comparison.model()),
                        Printable.text(comparison.against()),
                        points(difference),
                        String.format(Locale.ROOT, "%.4f", difference.correctedP()),
                        difference.verdict());
            }
        }
        table.print(talk);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f%%", 100 * share);
    }

    private static String points(Difference difference) {
        return String.format(
                Locale.ROOT,
                "%+.2f (%+.2f to %+.2f)",
                100 * difference.difference(),
                100 * difference.interval().low(),
                100 * difference.interval().high());
    }
}
