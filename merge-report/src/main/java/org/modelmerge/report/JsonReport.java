package org.modelmerge.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.catalog.Citation;
import org.modelmerge.engine.MergePlan.CopyReason;
import org.modelmerge.engine.WeightStatistics;
import org.modelmerge.engine.WeightStatistics.Sums;
import org.modelmerge.engine.WeightStatistics.TensorStatistics;
import org.modelmerge.evaluation.RoutingMatrix;
import org.modelmerge.json.JsonWriter;
import org.modelmerge.report.CheckReport.Expert;
import org.modelmerge.report.MergeReport.Input;
import org.modelmerge.report.MergeReport.TensorCounts;
import org.modelmerge.twin.TwinManifest;

/// The JSON documents of a merge. Every one has `"schema": 1` and only ever gains fields; a value that does not
/// exist is null.
public final class JsonReport {
    private JsonReport() {}

    /// The report of a merge, what stands in PREFIX.json.
    public static String of(MergeReport report) {
        return of(report, null, null);
    }

    /// The report of a merge that has exclusive experts beside the shared one.
    static String of(MergeReport report, @Nullable TwinManifest twin, @Nullable RoutingMatrix routing) {
        StringBuilder text = new StringBuilder();
        JsonWriter json = JsonWriter.pretty(text).beginObject();
        common(json, report);
        json.member("warnings", report.warnings());
        json.member("version", report.version());
        json.member("title", report.method().title());
        citation(json, report.method().citation());
        json.member("settings", report.settings());
        inputs(json, report.inputs());
        json.member("droppedTensors", report.dropped());
        copied(json, report.copied());
        statistics(json, report.statistics(), true);
        if (twin != null) {
            json.member("twin", TwinJson.document(twin));
        }
        if (routing != null) {
            json.name("routing").beginObject();
            routing.write(json);
            json.endObject();
        }
        EvaluationJson.write(json, report.evaluation());
        LearningJson.write(json, report.learning());
        json.endObject();
        return text.append('\n').toString();
    }

    /// The report of a check.
    public static String of(CheckReport report) {
        StringBuilder text = new StringBuilder();
        JsonWriter json = JsonWriter.pretty(text).beginObject().member("schema", 1);
        json.member("mergeable", report.mergeable()).member("verdict", report.verdict());
        json.name("experts").beginArray();
        for (Expert expert : report.experts()) {
            json.beginObject().member("task", expert.task()).member("dtypes", expert.dtypes());
            json.member("base", expert.base())
                    .member("mismatches", expert.mismatches())
                    .endObject();
        }
        json.endArray();
        counts(json, report.tensors());
        json.member("elements", report.elements()).member("bytesRead", report.bytesRead());
        json.member("warnings", report.warnings()).member("version", report.version());
        inputs(json, report.inputs());
        copied(json, report.copied());
        statistics(json, report.statistics(), false);
        json.endObject();
        return text.append('\n').toString();
    }

    /// What the main command prints with `--json`: the report without the weights' statistics.
    ///
    /// @param output the output as the caller gave it
    /// @param reportPrefix where the reports are, null if there are none
    public static String summary(MergeReport report, String output, @Nullable String reportPrefix) {
        StringBuilder text = new StringBuilder();
        JsonWriter json = JsonWriter.pretty(text).beginObject();
        common(json, report, output);
        json.member("report", reportPrefix)
                .member("warnings", report.warnings())
                .endObject();
        return text.append('\n').toString();
    }

    private static void common(JsonWriter json, MergeReport report) {
        common(json, report, report.output());
    }

    private static void common(JsonWriter json, MergeReport report, String output) {
        json.member("schema", 1).member("output", output);
        json.member("method", report.method().name());
        json.member("parameters", report.method().parameters()).member("tasks", report.tasks());
        counts(json, report.tensors());
        json.member("elements", report.elements());
        json.member("bytesRead", report.bytesRead()).member("bytesWritten", report.bytesWritten());
        json.member("sha256", report.sha256());
    }

    private static void counts(JsonWriter json, TensorCounts tensors) {
        json.name("tensors").beginObject();
        json.member("merged", tensors.merged()).member("copied", tensors.copied());
        json.member("dropped", tensors.dropped()).endObject();
    }

    private static void citation(JsonWriter json, Citation citation) {
        json.name("citation").beginObject().member("authors", citation.authors());
        json.member("title", citation.title()).member("year", citation.year());
        json.member("arxiv", citation.arxiv()).member("code", citation.code()).endObject();
    }

    private static void inputs(JsonWriter json, List<Input> inputs) {
        json.name("inputs").beginArray();
        for (Input input : inputs) {
            json.beginObject().member("name", input.name()).member("file", input.file());
            json.member("size", input.sizeBytes()).member("headerSha256", input.headerSha256());
            json.member("sha256", input.sha256().isEmpty() ? null : input.sha256());
            json.member("origin", input.origin()).endObject();
        }
        json.endArray();
    }

    private static void copied(JsonWriter json, Map<CopyReason, List<String>> copied) {
        json.name("copiedTensors").beginObject();
        for (CopyReason reason : CopyReason.values()) {
            if (copied.containsKey(reason)) {
                json.member(word(reason), copied.get(reason));
            }
        }
        json.endObject();
    }

    private static String word(CopyReason reason) {
        return switch (reason) {
            case INTEGER -> "integer";
            case UNSUPPORTED_DTYPE -> "unsupportedDtype";
            case OUT_OF_SCOPE -> "outOfScope";
            case MISSING_IN_EXPERT -> "missingInExpert";
        };
    }

    /// Without statistics the fields are absent. A check has no merged weights, so their fields are left out.
    private static void statistics(JsonWriter json, @Nullable WeightStatistics statistics, boolean merged) {
        if (statistics == null) {
            return;
        }
        Sums total = statistics.total();
        json.name("perTask").beginArray();
        for (int i = 0; i < statistics.tasks().size(); i++) {
            json.beginObject().member("task", statistics.tasks().get(i)).member("norm", total.norm(i));
            if (merged) {
                json.member("cosineToMerged", total.cosineToMerged(i));
            }
            json.member("relativeNorm", total.norm(i) / Math.sqrt(total.baseSquares()));
            json.member("cosineToBase", total.cosineToBase(i)).endObject();
        }
        json.endArray().name("cosines").beginArray();
        for (double[] row : statistics.cosines()) {
            json.value(boxed(row));
        }
        json.endArray().member("cosinesSampled", statistics.sampled());
        json.member("measuredElements", statistics.measuredElements());
        json.member("signAgreement", total.signAgreement());
        if (merged) {
            json.member("mergedNorm", total.mergedNorm()).member("relativeChange", total.relativeChange());
            json.member("changedElements", total.changedCount());
            json.member("roundingShare", Math.sqrt(total.roundingSquares()) / total.mergedNorm());
        }
        json.name("layers").beginArray();
        for (LayerStatistics layer : LayerStatistics.of(statistics)) {
            json.beginObject().member("name", layer.name()).member("tensors", layer.tensorCount());
            json.member("elements", layer.elementCount()).member("norms", layer.norms());
            if (merged) {
                json.member("relativeChange", layer.relativeChange());
            }
            json.member("signAgreement", layer.signAgreement()).endObject();
        }
        json.endArray();
        if (merged) {
            json.member(
                    "topChanged",
                    TopChanged.of(statistics).stream()
                            .map(TensorStatistics::name)
                            .toList());
        }
        json.name("perTensor").beginArray();
        for (TensorStatistics tensor : statistics.perTensor()) {
            perTensor(json, tensor, merged);
        }
        json.endArray();
    }

    private static void perTensor(JsonWriter json, TensorStatistics tensor, boolean merged) {
        Sums sums = tensor.sums();
        json.beginObject().member("name", tensor.name()).name("shape").beginArray();
        for (long size : tensor.shape().sizes()) {
            json.value(size);
        }
        json.endArray().name("norms").beginArray();
        for (int i = 0; i < sums.tauSquares().length; i++) {
            json.value(sums.norm(i));
        }
        json.endArray();
        if (merged) {
            json.member("mergedNorm", sums.mergedNorm()).member("relativeChange", sums.relativeChange());
        }
        json.member("signAgreement", sums.signAgreement()).endObject();
    }

    private static List<Double> boxed(double[] values) {
        List<Double> boxed = new ArrayList<>(values.length);
        for (double value : values) {
            boxed.add(value);
        }
        return boxed;
    }
}
