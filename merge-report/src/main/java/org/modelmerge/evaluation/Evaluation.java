package org.modelmerge.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// What models are worth, in numbers: accuracies, and differences that are paired on the same items.
///
/// @param tasks the names of all tasks, in order; empty for scores
/// @param models in the order given
/// @param baseline what drops are measured against, or null
/// @param individual each task's own expert, or null
/// @param comparisons each model against baseline and individual experts, and models against one another
/// @param warnings one line each
public record Evaluation(
        List<String> tasks,
        List<ModelResult> models,
        @Nullable ModelResult baseline,
        @Nullable ModelResult individual,
        List<Comparison> comparisons,
        List<String> warnings) {
    /// Copies the lists.
    public Evaluation {
        tasks = List.copyOf(tasks);
        models = List.copyOf(models);
        comparisons = List.copyOf(comparisons);
        warnings = List.copyOf(warnings);
    }

    /// Counts, compares and warns. The same answers and seed give the same numbers on every machine.
    ///
    /// @param models at least one, each with answers to the same tasks
    /// @param baseline with answers to the same tasks, or null
    /// @param individual with answers to some or all of the tasks, or null
    /// @param seed of the random numbers behind intervals and p values of averages
    /// @throws MergeException `MISMATCH` if models answered other items of a task
    public static Evaluation of(
            List<ModelAnswers> models, @Nullable ModelAnswers baseline, @Nullable ModelAnswers individual, long seed)
            throws MergeException {
        Bootstrap bootstrap = new Bootstrap(seed);
        List<ModelResult> results = new ArrayList<>();
        for (ModelAnswers model : models) {
            results.add(result(model, individual, bootstrap));
        }
        ModelResult baseResult = baseline == null ? null : result(baseline, individual, bootstrap);
        ModelResult ownResult = individual == null ? null : result(individual, individual, bootstrap);
        List<String> tasks =
                models.getFirst().tasks().stream().map(TaskAnswers::task).toList();
        return new Evaluation(
                tasks,
                results,
                baseResult,
                ownResult,
                new Pairing(tasks, bootstrap).comparisons(models, baseline, individual),
                collapses(results));
    }

    /// What a foreign command says about models.
    ///
    /// @param baseline what drops are measured against, or null
    public static Evaluation ofScores(List<ModelResult> models, @Nullable ModelResult baseline) {
        return new Evaluation(List.of(), models, baseline, null, List.of(), List.of());
    }

    /// The same evaluation with more warnings.
    public Evaluation withWarnings(List<String> more) {
        List<String> all = new ArrayList<>(more);
        all.addAll(warnings);
        return new Evaluation(tasks, models, baseline, individual, comparisons, all);
    }

    /// Whether it holds scores of a foreign command instead of answers.
    public boolean isOfScores() {
        return tasks.isEmpty();
    }

    private static ModelResult result(ModelAnswers model, @Nullable ModelAnswers individual, Bootstrap bootstrap) {
        List<TaskResult> tasks = new ArrayList<>();
        double sum = 0;
        double normalised = 0;
        for (TaskAnswers answers : model.tasks()) {
            TaskResult task = result(answers, individual == null ? null : individual.to(answers.task()));
            tasks.add(task);
            sum += task.accuracy();
            normalised += task.normalised() == null ? Double.NaN : task.normalised();
        }
        List<Answers> all = model.tasks().stream().map(TaskAnswers::answers).toList();
        return new ModelResult(
                model.name(),
                tasks,
                sum / tasks.size(),
                bootstrap.averageAccuracy(all, 0),
                Double.isNaN(normalised) ? null : normalised / tasks.size());
    }

    private static TaskResult result(TaskAnswers answers, @Nullable Answers own) {
        int correct = answers.answers().correct();
        int total = answers.answers().total();
        return new TaskResult(
                answers.task(),
                answers.model(),
                answers.sha256(),
                correct,
                total,
                Wilson.of(correct, total),
                own == null || own.correct() == 0 ? null : answers.answers().accuracy() / own.accuracy(),
                Confusion.of(answers.answers()));
    }

    private static List<String> collapses(List<ModelResult> models) {
        List<String> warnings = new ArrayList<>();
        for (ModelResult model : models) {
            for (TaskResult task : model.tasks()) {
                Confusion confusion = task.confusion();
                if (confusion.isCollapsed()) {
                    int most = confusion.mostPredicted();
                    warnings.add(String.format(
                            Locale.ROOT,
                            "%s answers %s to %d of %d items of task %s, of which %d are labelled so",
                            Printable.text(model.model()),
                            Printable.text(confusion.labels().get(most)),
                            confusion.predictedCount(most),
                            confusion.total(),
                            Printable.text(task.name()),
                            confusion.expectedCount(most)));
                }
            }
        }
        return warnings;
    }
}
