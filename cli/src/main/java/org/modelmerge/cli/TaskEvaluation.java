package org.modelmerge.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.AnswerSource;
import org.modelmerge.evaluation.Evaluation;
import org.modelmerge.evaluation.Evaluator;
import org.modelmerge.evaluation.ModelAnswers;
import org.modelmerge.evaluation.ModelNames;
import org.modelmerge.evaluation.ModelResult;
import org.modelmerge.evaluation.TaskAnswers;
import org.modelmerge.network.NetworkAnswers.RunOptions;
import org.modelmerge.report.OutputEvaluator;
import org.modelmerge.task.Task;
import org.modelmerge.task.TaskFile;

/// The evaluation that `--tasks` adds to a merge: base, individual experts and result on the experts' tasks.
final class TaskEvaluation implements OutputEvaluator, AutoCloseable {
    /// The same merge has the same report.
    private static final long SEED = 0;

    private final TaskFile file;
    private final Operands models;
    private final EvaluationProgress progress;
    private final LazyAnswers source;
    private final RunOptions options;
    private final Evaluator evaluator;
    private final ModelNames names = new ModelNames();
    private final String merged;
    private @Nullable ModelAnswers base;
    private @Nullable ModelAnswers individual;

    private TaskEvaluation(Talk talk, TaskFile file, int threads, Operands models, Path output) {
        this.file = file;
        this.models = models;
        this.progress = new EvaluationProgress(talk, file.tasks());
        RunOptions standard = RunOptions.DEFAULT;
        this.options = new RunOptions(threads == 0 ? standard.threads() : threads, standard.batchSize(), progress);
        this.source = new LazyAnswers(talk.console().networks(), file.model(), options);
        this.evaluator = new Evaluator(LocalStorage.INSTANCE, source, file.tasks(), progress);
        this.merged = names.next(output);
    }

    /// Reads the task file and checks that each expert has its task; null if no task file is given.
    ///
    /// @throws MergeException `USAGE` if the numbers of tasks and experts differ, or there is no report to fill
    static @Nullable TaskEvaluation open(
            Talk talk, OutputOptions options, Settings settings, Operands models, Path output) throws MergeException {
        Path path = Words.pathOrNull(talk.console(), "--tasks", options.tasks);
        if (path == null) {
            return null;
        }
        if (options.noReport) {
            throw MergeException.of(ErrorCode.USAGE, "--tasks and --no-report exclude each other")
                    .withHint("the report is where the accuracies stand");
        }
        TaskFile file = TaskFile.read(path);
        int taskCount = file.tasks().size();
        if (taskCount != models.experts().size()) {
            throw Words.usage(
                            "--tasks",
                            "got " + Quantity.count(taskCount, "task") + ", expected "
                                    + models.experts().size() + ", one per expert")
                    .withHint("task i belongs to expert i by position");
        }
        return new TaskEvaluation(talk, file, settings.limits().threads(), models, output);
    }

    /// Evaluates base and experts. Done before the merge, so that what does not fit is told before the work.
    void prepare() throws MergeException {
        base = evaluator.all(models.base(), names.next(models.base()));
        List<TaskAnswers> answers = new ArrayList<>();
        for (int i = 0; i < file.tasks().size(); i++) {
            Task task = file.tasks().get(i);
            Path expert = models.experts().get(i);
            answers.add(evaluator.one(expert, names.next(expert), task.name()));
        }
        individual = new ModelAnswers(Evaluator.INDIVIDUAL, answers);
        progress.end();
    }

    @Override
    public Evaluation evaluate(Path model) throws MergeException {
        ModelAnswers answers = evaluator.all(model, merged);
        progress.end();
        return Evaluation.of(List.of(answers), base, individual, SEED);
    }

    /// The task file.
    TaskFile file() {
        return file;
    }

    /// How networks are run.
    RunOptions options() {
        return options;
    }

    /// The answers of another source to all tasks.
    ///
    /// @param name as the report shows it
    ModelAnswers answers(AnswerSource other, Path model, String name) throws MergeException {
        return new Evaluator(LocalStorage.INSTANCE, other, file.tasks(), progress).all(model, name);
    }

    /// Compares answers with those of base and experts.
    Evaluation evaluate(List<ModelAnswers> answers) throws MergeException {
        progress.end();
        return Evaluation.of(answers, base, individual, SEED);
    }

    /// The result in a line.
    static String line(Evaluation evaluation) {
        ModelResult result = evaluation.models().getFirst();
        StringBuilder line = new StringBuilder("accuracy ").append(percent(result.average()));
        line.append(" on average over ")
                .append(Quantity.count(evaluation.tasks().size(), "task"));
        if (evaluation.baseline() != null) {
            line.append("; base ").append(percent(evaluation.baseline().average()));
        }
        if (evaluation.individual() != null) {
            line.append("; individual experts ")
                    .append(percent(evaluation.individual().average()));
        }
        return line.toString();
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f%%", 100 * share);
    }

    @Override
    public void close() {
        progress.end();
        source.close();
    }
}
