package org.modelmerge.evaluation;

import org.jspecify.annotations.Nullable;

/// The answers of one model to one task.
///
/// @param task the task's name
/// @param model the model's name, as documents show it
/// @param sha256 the model's hash ([ModelHash]), or null if it is not known
/// @param answers at least one
public record TaskAnswers(
        String task, String model, @Nullable String sha256, Answers answers) {}
