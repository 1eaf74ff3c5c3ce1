package org.modelmerge.evaluation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// How well a model does all tasks, or what a foreign command says about it.
///
/// @param model its name
/// @param tasks in the order of the task file; empty for a score
/// @param average the mean accuracy over tasks, each task counted alike; or the score
/// @param interval of the average, by stratified bootstrap; null for a score
/// @param normalised the mean over tasks of the normalised accuracies; null if a task has none
public record ModelResult(
        String model,
        List<TaskResult> tasks,
        double average,
        @Nullable Interval interval,
        @Nullable Double normalised) {
    /// Copies the list.
    public ModelResult {
        tasks = List.copyOf(tasks);
    }

    /// What a foreign command says.
    public static ModelResult ofScore(String model, double score) {
        return new ModelResult(model, List.of(), score, null, null);
    }

    /// The result of a task, or null.
    public @Nullable TaskResult task(String name) {
        return tasks.stream()
                .filter(task -> task.name().equals(name))
                .findFirst()
                .orElse(null);
    }
}
