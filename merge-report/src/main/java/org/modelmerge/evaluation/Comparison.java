package org.modelmerge.evaluation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A model against another one, task by task, on the same items.
///
/// @param model the model's name
/// @param against the other's name
/// @param kind what the other is
/// @param tasks in the order of the task file
/// @param average over all tasks; null if the other did not answer all of them, or if there is only one
public record Comparison(
        String model,
        String against,
        Kind kind,
        List<Difference> tasks,
        @Nullable Difference average) {
    /// What a model is compared with.
    public enum Kind {
        /// The baseline, usually the base.
        BASELINE,
        /// Each task's own expert.
        INDIVIDUAL,
        /// Another model of the evaluation.
        MODEL
    }

    /// Copies the list.
    public Comparison {
        tasks = List.copyOf(tasks);
    }
}
