package org.modelmerge.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.modelmerge.adamerging.CoefficientTable;
import org.modelmerge.catalog.LearningOptions;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergePlanJson;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.engine.MergeRequest.Hashing;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.learning.LearnedCoefficients;
import org.modelmerge.report.JsonReport;
import org.modelmerge.report.Learning;
import org.modelmerge.report.MergeOrder;
import org.modelmerge.report.MergeOutcome;
import org.modelmerge.report.MergeSession;

/// What the main command and `run` share: from choices to a session, from its outcome to text.
final class MergeWork {
    /// Where a Twin folder goes by default.
    static final String TWIN_OUTPUT = "merged-twin";

    private final Talk talk;
    private final OutputOptions output;
    private final LearnOptions learning;
    private final String method;
    private final Settings settings;

    MergeWork(Talk talk, OutputOptions output, LearnOptions learning, String method, Settings settings) {
        this.talk = talk;
        this.output = output;
        this.learning = learning;
        this.method = method;
        this.settings = settings;
    }

    /// Merges, or prints the plan.
    ///
    /// @param byRecipe the output that a recipe names, null if none does
    /// @return the exit code
    int run(Operands models, @Nullable Path byRecipe) throws MergeException {
        if (TwinWork.isMeantBy(method)) {
            Path chosen = Words.pathOrNull(talk.console(), "--output", output.output);
            Path folder = chosen != null ? chosen : byRecipe;
            return new TwinWork(talk, output, settings)
                    .run(
                            models,
                            folder != null ? folder : talk.console().directory().resolve(TWIN_OUTPUT));
        }
        long start = System.nanoTime();
        Learner learner = Learner.of(talk, output, learning, method, settings);
        if (learner == null) {
            return run(order(settings, models, byRecipe, null), models, null, start);
        }
        MergeOrder before = order(applying(learner.start(models.experts().size())), models, byRecipe, learner.save());
        if (output.dryRun) {
            talk.say(learner.plan());
            return run(before, models, null, start);
        }
        checkBefore(before, models);
        LearnedCoefficients learned = learner.learn(before.merge());
        MergeOrder after = order(applying(learned.table()), models, byRecipe, learner.save());
        return run(after, models, learner.forReport(learned), start);
    }

    /// Tells before the long work what keeps the merge from being made or evaluated.
    private void checkBefore(MergeOrder order, Operands models) throws MergeException {
        TaskEvaluation evaluation = TaskEvaluation.open(talk, output, settings, models, order.output());
        if (evaluation != null) {
            evaluation.close();
        }
        MergeSession.open(order).close();
    }

    private Settings applying(CoefficientTable coefficients) {
        return settings.withMethod(LearningOptions.applying(settings.ofMethod(), coefficients));
    }

    private int run(MergeOrder order, Operands models, @Nullable Learning learned, long start) throws MergeException {
        try (TaskEvaluation evaluation = TaskEvaluation.open(talk, output, settings, models, order.output());
                MergeSession session = MergeSession.open(order)) {
            if (output.dryRun) {
                plan(session);
                return 0;
            }
            talk.verbose(() -> PlanText.tensors(session.plan()));
            if (evaluation != null) {
                evaluation.prepare();
            }
            MergeObserver observer = talk.observer();
            MergeOutcome outcome;
            try {
                outcome = session.run(observer, evaluation, learned);
            } finally {
                Talk.end(observer);
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            talk.warn(outcome.report().warnings());
            SummaryText.lines(order, outcome, seconds).forEach(talk::say);
            if (talk.json()) {
                talk.console()
                        .out()
                        .append(JsonReport.summary(
                                outcome.report(), order.output().toString(), SummaryText.reportPrefix(outcome)));
            } else {
                talk.data(order.output().toString());
            }
            return 0;
        }
    }

    private void plan(MergeSession session) throws MergeException {
        talk.warn(session.warnings());
        if (talk.json()) {
            talk.data(MergePlanJson.write(session.plan()));
        } else {
            PlanText.lines(session).forEach(talk::data);
            talk.verboseData(() -> PlanText.tensors(session.plan()));
        }
    }

    private MergeOrder order(Settings chosen, Operands models, @Nullable Path byRecipe, @Nullable Path coefficients)
            throws MergeException {
        Console console = talk.console();
        Path named = Words.pathOrNull(console, "--output", output.output);
        Path target = named != null ? named : byRecipe != null ? byRecipe : byDefault(console, models.base());
        String singleFile = MergeOrder.isFile(target) ? target.getFileName().toString() : null;
        MergeRequest request = chosen.request(method, models.base(), models.experts(), singleFile, !output.noReport);
        boolean showsHash = singleFile == null || !output.noReport || talk.json();
        if (!showsHash && request.hashing() == Hashing.OUTPUTS) {
            request = request.withHashing(Hashing.NOTHING);
        }
        return new MergeOrder(
                request,
                target,
                output.force,
                !output.noReport,
                reportPrefix(console, output.report),
                Words.pathOrNull(console, "--write-recipe", output.writeRecipe),
                coefficients);
    }

    private static Path byDefault(Console console, Path base) throws MergeException {
        boolean isFolder = LocalStorage.INSTANCE.kind(base) == Storage.Kind.FOLDER
                || base.toString().endsWith(".index.json");
        return console.directory().resolve(isFolder ? "merged" : "merged.safetensors");
    }

    /// The path without `.html` or `.json`, null where none is given.
    static @Nullable Path reportPrefix(Console console, @Nullable String text) throws MergeException {
        if (text == null) {
            return null;
        }
        boolean cut = text.endsWith(".html") || text.endsWith(".json");
        Path prefix = Words.path(console, "--report", cut ? text.substring(0, text.length() - ".html".length()) : text);
        Path name = prefix.getFileName();
        if (name == null || prefix.endsWith(".") || prefix.endsWith("..")) {
            throw Words.usage("--report", "got " + Printable.text(text) + ", expected the beginning of a file name");
        }
        return prefix;
    }
}
