package org.modelmerge.report;

import java.util.List;
import java.util.Locale;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.modelmerge.evaluation.Comparison;
import org.modelmerge.evaluation.Confusion;
import org.modelmerge.evaluation.Difference;
import org.modelmerge.evaluation.Evaluation;
import org.modelmerge.evaluation.Gates;
import org.modelmerge.evaluation.Interval;
import org.modelmerge.evaluation.ModelResult;
import org.modelmerge.evaluation.TaskResult;
import org.modelmerge.json.JsonWriter;

/// The JSON document of an evaluation, `"schema": 1`; it only ever gains fields, and a value that does not exist is
/// null.
public final class EvaluationJson {
    /// Larger matrices are left out: pages of zeros, and the saved predictions hold them.
    private static final int MATRIX_LIMIT = 32;

    private final JsonWriter json;
    private final UnaryOperator<String> shown;

    private EvaluationJson(JsonWriter json, UnaryOperator<String> shown) {
        this.json = json;
        this.shown = shown;
    }

    /// The document.
    ///
    /// @param shown what stands for a model's name: the name itself in reports, the path as typed for programs
    public static String of(EvaluationReport report, UnaryOperator<String> shown) {
        StringBuilder text = new StringBuilder();
        JsonWriter json = JsonWriter.pretty(text).beginObject().member("schema", 1);
        EvaluationJson document = new EvaluationJson(json, shown);
        document.evaluation(report.evaluation());
        document.gates(report.gates());
        json.member("warnings", report.evaluation().warnings()).member("version", report.version());
        json.endObject();
        return text.append('\n').toString();
    }

    /// The evaluation as a member of the report of a merge, absent without one.
    static void write(JsonWriter json, @Nullable Evaluation evaluation) {
        if (evaluation != null) {
            json.name("evaluation").beginObject();
            new EvaluationJson(json, UnaryOperator.identity()).evaluation(evaluation);
            json.endObject();
        }
    }

    private void evaluation(Evaluation evaluation) {
        json.name("models").beginArray();
        evaluation.models().forEach(model -> model(model, false));
        json.endArray();
        json.name("baseline");
        model(evaluation.baseline(), false);
        json.name("individual");
        model(evaluation.individual(), true);
        json.name("comparisons").beginArray();
        evaluation.comparisons().forEach(this::comparison);
        json.endArray();
    }

    /// @param mixed whether each task has a model of its own
    private void model(@Nullable ModelResult model, boolean mixed) {
        if (model == null) {
            json.value(null);
            return;
        }
        json.beginObject().member("model", mixed ? model.model() : shown.apply(model.model()));
        if (!mixed) {
            json.member(
                    "sha256",
                    model.tasks().isEmpty() ? null : model.tasks().getFirst().sha256());
        }
        json.name("tasks").beginArray();
        for (TaskResult task : model.tasks()) {
            task(task, mixed);
        }
        json.endArray();
        json.member("average", model.average());
        interval(model.interval());
        json.member("normalised", model.normalised()).endObject();
    }

    private void task(TaskResult task, boolean mixed) {
        json.beginObject().member("name", task.name());
        if (mixed) {
            json.member("model", shown.apply(task.model())).member("sha256", task.sha256());
        }
        json.member("correct", task.correct()).member("total", task.total());
        json.member("accuracy", task.accuracy());
        interval(task.interval());
        json.member("normalised", task.normalised());
        Confusion confusion = task.confusion();
        int classCount = confusion.labels().size();
        json.member("labels", confusion.labels()).member("collapsed", confusion.isCollapsed());
        json.member("expectedCounts", counts(classCount, confusion::expectedCount));
        json.member("predictedCounts", counts(classCount, confusion::predictedCount));
        json.name("confusion");
        if (classCount > MATRIX_LIMIT) {
            json.value(null);
        } else {
            json.beginArray();
            for (int[] row : confusion.counts()) {
                json.value(counts(classCount, i -> row[i]));
            }
            json.endArray();
        }
        json.endObject();
    }

    private static List<Integer> counts(int classCount, IntUnaryOperator count) {
        return IntStream.range(0, classCount).map(count).boxed().toList();
    }

    private void interval(@Nullable Interval interval) {
        json.member("low", interval == null ? null : interval.low());
        json.member("high", interval == null ? null : interval.high());
    }

    private void comparison(Comparison comparison) {
        boolean mixed = comparison.kind() == Comparison.Kind.INDIVIDUAL;
        json.beginObject().member("model", shown.apply(comparison.model()));
        json.member("against", mixed ? comparison.against() : shown.apply(comparison.against()));
        json.member("kind", comparison.kind().name().toLowerCase(Locale.ROOT));
        json.name("tasks").beginArray();
        comparison.tasks().forEach(this::difference);
        json.endArray().name("average");
        Difference average = comparison.average();
        if (average == null) {
            json.value(null);
        } else {
            difference(average);
        }
        json.endObject();
    }

    private void difference(Difference difference) {
        json.beginObject().member("name", difference.task()).member("difference", difference.difference());
        interval(difference.interval());
        json.member("onlyModel", difference.onlyModel()).member("onlyAgainst", difference.onlyReference());
        json.member("p", difference.p()).member("correctedP", difference.correctedP());
        json.member("measurable", difference.isMeasurable()).member("verdict", difference.verdict());
        json.endObject();
    }

    private void gates(List<Gates.Verdict> gates) {
        json.name("gates").beginArray();
        for (Gates.Verdict gate : gates) {
            json.beginObject().member("gate", gate.gate()).member("model", shown.apply(gate.model()));
            json.member("value", gate.value()).member("limit", gate.limit());
            json.member("passed", gate.passed()).member("text", gate.text()).endObject();
        }
        json.endArray();
    }
}
