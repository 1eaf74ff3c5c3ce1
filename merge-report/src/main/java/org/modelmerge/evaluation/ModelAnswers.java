package org.modelmerge.evaluation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one column of an evaluation answered: a model on all tasks, or the individual experts, each on its own.
///
/// @param name as documents show it
/// @param tasks in the order of the task file; the individual experts may lack some
public record ModelAnswers(String name, List<TaskAnswers> tasks) {
    /// Copies the list.
    public ModelAnswers {
        tasks = List.copyOf(tasks);
    }

    /// The answers to a task, or null.
    @Nullable
    Answers to(String task) {
        for (TaskAnswers answers : tasks) {
            if (answers.task().equals(task)) {
                return answers.answers();
            }
        }
        return null;
    }
}
