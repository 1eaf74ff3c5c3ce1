package org.modelmerge.cli;

import java.nio.file.Path;
import java.util.List;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergePlanJson;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.report.JsonReport;
import org.modelmerge.report.MergeOrder;
import org.modelmerge.report.TwinSession;
import org.modelmerge.twin.Adapters;
import org.modelmerge.twin.TwinExtraction;
import org.modelmerge.twin.TwinManifest;
import org.modelmerge.twin.TwinMerging;

/// `merge --method twin` and `merge twin extract`: from choices to a Twin folder, from its outcome to text.
final class TwinWork {
    private final Talk talk;
    private final OutputOptions output;
    private final Settings settings;

    TwinWork(Talk talk, OutputOptions output, Settings settings) {
        this.talk = talk;
        this.output = output;
        this.settings = settings;
    }

    /// Whether a method's name means Twin-Merging.
    static boolean isMeantBy(String method) {
        return method.equals(TwinMerging.NAME);
    }

    /// Extracts, or prints the plan.
    ///
    /// @param target where the folder goes
    /// @return the exit code
    int run(Operands models, Path target) throws MergeException {
        long start = System.nanoTime();
        if (output.maxShardSize != null) {
            throw Words.usage("--max-shard-size", "the files of a Twin folder have no shards");
        }
        if (MergeOrder.isFile(target)) {
            throw Words.usage("--output", "got " + Printable.text(target.toString()) + ", expected a folder");
        }
        MergeRequest request = settings.request(
                TwinMerging.NAME, models.base(), models.experts(), TwinManifest.SHARED_FILE, !output.noReport);
        if (output.tasks != null
                && request.method() instanceof TwinMerging twin
                && twin.adapters() == Adapters.SEPARATE) {
            throw Words.usage("--tasks", "the factors of adapters are no network: leave out --adapters separate");
        }
        MergeOrder order = new MergeOrder(
                request,
                target,
                output.force,
                !output.noReport,
                MergeWork.reportPrefix(talk.console(), output.report),
                Words.pathOrNull(talk.console(), "--write-recipe", output.writeRecipe),
                null);
        try (TaskEvaluation evaluation = TaskEvaluation.open(talk, output, settings, models, order.output());
                TwinSession session = TwinSession.open(order)) {
            if (output.dryRun) {
                plan(session);
                return 0;
            }
            talk.verbose(() -> PlanText.tensors(session.extraction().plan()));
            TwinPipeline pipeline = evaluation == null ? null : new TwinPipeline(talk, evaluation, request);
            if (pipeline != null) {
                pipeline.prepare();
            }
            MergeObserver observer = talk.observer();
            TwinSession.Outcome outcome;
            try {
                outcome = session.run(observer, pipeline);
            } finally {
                Talk.end(observer);
            }
            report(order, outcome, (System.nanoTime() - start) / 1e9);
            return 0;
        }
    }

    private void plan(TwinSession session) throws MergeException {
        TwinExtraction extraction = session.extraction();
        talk.warn(session.warnings());
        if (talk.json()) {
            talk.data(MergePlanJson.write(extraction.plan()));
            return;
        }
        talk.data("method   twin" + SummaryText.parameters(extraction.plan().parameters()));
        talk.data("shared   " + Quantity.count(extraction.plan().mergedElementCount(), "element") + " merged");
        List<String> tasks = extraction.plan().tasks();
        for (int i = 0; i < tasks.size(); i++) {
            talk.data("expert   " + Printable.text(tasks.get(i)) + ": "
                    + Quantity.bytes(extraction.expertBytes(i)) + ", "
                    + percent((double) extraction.expertBytes(i)
                            / extraction.plan().inputs().get(i + 1).sizeBytes())
                    + " of its model");
        }
        talk.data("reads    " + Quantity.bytes(extraction.expectedBytesRead()) + " in the usual course");
        talk.data("memory   " + Quantity.bytes(extraction.peakMemoryBytes()) + " at most (estimated)");
        talk.data("output   " + Printable.text(session.order().output().toString()));
        talk.verboseData(() -> PlanText.tensors(extraction.plan()));
    }

    private void report(MergeOrder order, TwinSession.Outcome outcome, double seconds) throws MergeException {
        talk.warn(outcome.report().warnings());
        TwinManifest manifest = outcome.manifest();
        talk.say("method   twin" + SummaryText.parameters(manifest.parameters()));
        talk.say("tasks    "
                + String.join(
                        ", ", manifest.tasks().stream().map(Printable::text).toList()));
        for (int i = 0; i < manifest.experts().size(); i++) {
            talk.say("expert   " + expert(manifest, i));
        }
        talk.say("storage  " + storage(manifest));
        if (outcome.report().evaluation() != null) {
            TwinPipeline.lines(outcome.report().evaluation()).forEach(talk::say);
        }
        talk.say("time     " + Quantity.duration(seconds));
        talk.say("output   " + Printable.text(order.output().toString()));
        Path prefix = outcome.reportPrefix();
        if (prefix != null) {
            talk.say("report   " + Printable.text(prefix + ".html"));
        }
        if (talk.json()) {
            talk.console()
                    .out()
                    .append(JsonReport.summary(
                            outcome.report(), order.output().toString(), prefix == null ? null : prefix.toString()));
        } else {
            talk.data(order.output().toString());
        }
    }

    /// For example `cola: 25.2 MB, 19.8% of its model, 71.3% of the energy`.
    static String expert(TwinManifest manifest, int task) {
        TwinManifest.Expert expert = manifest.experts().get(task);
        long bytes = expert.part().sizeBytes();
        return Printable.text(expert.task()) + ": " + Quantity.bytes(bytes) + ", "
                + percent((double) bytes / expert.source().sizeBytes()) + " of its model, "
                + percent(manifest.energyKept(task)) + " of the energy";
    }

    /// For example `210 MB with the shared expert, 31.0% of 8 models`.
    static String storage(TwinManifest manifest) {
        return Quantity.bytes(manifest.storedBytes()) + " with the shared expert, "
                + percent((double) manifest.storedBytes() / manifest.replacedBytes()) + " of "
                + Quantity.count(manifest.experts().size(), "model");
    }

    static String percent(double share) {
        return Quantity.threeDigits(share * 100) + "%";
    }
}
