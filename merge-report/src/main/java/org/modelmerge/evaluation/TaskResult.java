package org.modelmerge.evaluation;

import org.jspecify.annotations.Nullable;

/// How well a model does one task.
///
/// @param name the task's
/// @param model the model's name; the columns of individual experts have another one in each task
/// @param sha256 the model's hash, or null if it is not known
/// @param correct right answers
/// @param total all answers
/// @param interval of the accuracy, [Wilson]
/// @param normalised accuracy / accuracy of the task's individual expert; null without one, or if that is 0
/// @param confusion classes answered for labels
public record TaskResult(
        String name,
        String model,
        @Nullable String sha256,
        int correct,
        int total,
        Interval interval,
        @Nullable Double normalised,
        Confusion confusion) {
    /// The share of right answers.
    public double accuracy() {
        return (double) correct / total;
    }
}
