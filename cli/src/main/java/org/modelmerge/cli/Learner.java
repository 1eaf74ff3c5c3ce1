package org.modelmerge.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.adamerging.CoefficientTable;
import org.modelmerge.adamerging.GradientOracle;
import org.modelmerge.adamerging.LearningSettings;
import org.modelmerge.adamerging.LearningTrace;
import org.modelmerge.catalog.LearningOptions;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.learning.CoefficientLearning;
import org.modelmerge.learning.LearnedCoefficients;
import org.modelmerge.learning.LearningObserver;
import org.modelmerge.learning.LearningStates;
import org.modelmerge.report.Learning;
import org.modelmerge.task.Task;
import org.modelmerge.task.TaskFile;

/// Learns the coefficients that a merge applies afterwards.
final class Learner {
    private final Talk talk;
    private final LearningSettings settings;
    private final Path tasks;
    private final @Nullable Path state;
    private final @Nullable Path save;

    private Learner(Talk talk, LearningSettings settings, Path tasks, @Nullable Path state, @Nullable Path save) {
        this.talk = talk;
        this.settings = settings;
        this.tasks = tasks;
        this.state = state;
        this.save = save;
    }

    /// Reads the options of learning; null if the merge needs none of it.
    ///
    /// @throws MergeException `USAGE`
    static @Nullable Learner of(Talk talk, OutputOptions output, LearnOptions options, String method, Settings settings)
            throws MergeException {
        Map<String, Object> values = settings.ofMethod();
        Path state = Words.pathOrNull(talk.console(), "--state", options.state);
        Path tasks = Words.pathOrNull(talk.console(), "--tasks", output.tasks);
        if (tasks == null || !LearningOptions.mustLearn(method.replace('_', '-'), values)) {
            if (state != null) {
                throw MergeException.of(ErrorCode.USAGE, "--state is for merges that learn, and nothing is learned")
                        .withHint("adamerging learns with --tasks and without --coefficients");
            }
            return null;
        }
        LearningSettings how = LearningOptions.of(values, settings.seed());
        Path save = values.get(LearningOptions.SAVE) instanceof String text ? Path.of(text) : null;
        return new Learner(talk, how, tasks, state, save);
    }

    /// The coefficients before the first step.
    CoefficientTable start(int experts) {
        return CoefficientLearning.start(settings, experts);
    }

    /// What learning would do, for a plan.
    String plan() {
        return "learns   " + settings.steps() + " steps from unlabelled samples first";
    }

    /// Learns.
    LearnedCoefficients learn(MergeRequest models) throws MergeException {
        TaskFile file = TaskFile.read(tasks);
        int limit = models.limits().threads();
        int threads = limit > 0 ? limit : Runtime.getRuntime().availableProcessors();
        LearningObserver observer = talk.learningObserver();
        long start = System.nanoTime();
        LearnedCoefficients learned;
        try (LearningStates states = state == null ? null : LearningStates.open(LocalStorage.INSTANCE, state);
                GradientOracle oracle = talk.console().networks().gradients(file, models.base(), settings, threads)) {
            learned = new CoefficientLearning(models, settings, states).learn(oracle, observer);
        } finally {
            Talk.end(observer);
        }
        talk.say(line(learned.trace(), (System.nanoTime() - start) / 1e9));
        return learned;
    }

    /// What the report says of it.
    Learning forReport(LearnedCoefficients learned) throws MergeException {
        List<String> transductive = TaskFile.read(tasks).tasks().stream()
                .filter(Task::isTransductive)
                .map(Task::name)
                .toList();
        return new Learning(learned.trace(), transductive, learned.warnings());
    }

    private static String line(LearningTrace trace, double seconds) {
        String first = entropy(trace.steps().getFirst());
        String last = entropy(trace.steps().getLast());
        return "learned  coefficients in " + trace.steps().size() + " steps (" + Quantity.duration(seconds)
                + "): mean entropy " + first + " to " + last;
    }

    private static String entropy(LearningTrace.Step step) {
        return String.format(
                Locale.ROOT, "%.4f", Arrays.stream(step.entropy()).average().orElse(0));
    }

    /// Where the coefficients are written, null for nowhere.
    @Nullable
    Path save() {
        return save;
    }
}
