package org.modelmerge.report;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.adamerging.LearningSettings;
import org.modelmerge.adamerging.LearningTrace;
import org.modelmerge.adamerging.LearningWatch;
import org.modelmerge.json.JsonWriter;

/// How coefficients were learned, in a JSON report.
final class LearningJson {
    private LearningJson() {}

    /// The member `learning`; none if nothing was learned.
    static void write(JsonWriter json, @Nullable Learning learning) {
        if (learning == null) {
            return;
        }
        LearningTrace trace = learning.trace();
        LearningSettings settings = trace.settings();
        json.name("learning").beginObject();
        json.member("granularity", settings.granularity().word())
                .member("steps", settings.steps())
                .member("learningRate", settings.learningRate())
                .member("init", settings.init())
                .member("clamped", settings.clamped())
                .member("batchSize", settings.batchSize())
                .member("batches", settings.batches())
                .member("patience", settings.patience())
                .member("seed", settings.seed());
        json.member("end", word(trace.end())).member("usedStep", trace.usedStep());
        json.member("learnedTensors", trace.learnedTensors()).member("keptTensors", trace.keptTensors());
        json.member("transductive", learning.transductive());
        json.name("trace").beginArray();
        for (LearningTrace.Step step : trace.steps()) {
            json.beginObject()
                    .member("entropy", list(step.entropy()))
                    .member("mean", list(step.mean()))
                    .member("low", list(step.low()))
                    .member("high", list(step.high()))
                    .endObject();
        }
        json.endArray().name("windows").beginArray();
        for (LearningWatch.Window window : trace.windows()) {
            json.beginObject()
                    .member("step", window.step())
                    .member("score", window.score())
                    .member("diversity", list(window.diversity()))
                    .member(
                            "collapsed",
                            window.collapsed() < 0 ? null : trace.tasks().get(window.collapsed()))
                    .endObject();
        }
        json.endArray().endObject();
    }

    private static String word(LearningTrace.End end) {
        return switch (end) {
            case ALL_STEPS -> "all-steps";
            case PATIENCE -> "patience";
            case COLLAPSE -> "collapse";
        };
    }

    private static List<Double> list(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }
}
