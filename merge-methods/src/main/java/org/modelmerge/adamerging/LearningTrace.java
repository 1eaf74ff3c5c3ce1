package org.modelmerge.adamerging;

import java.util.List;

/// How coefficients were learned, for the report.
///
/// @param settings the choices
/// @param tasks task names
/// @param steps what each step saw, from the first
/// @param windows what the watch saw
/// @param end why learning ended
/// @param usedStep the coefficients are those after this many steps
/// @param learnedTensors merged tensors that the loss depends on
/// @param keptTensors merged tensors that kept their first coefficients, because the loss does not depend on them
public record LearningTrace(
        LearningSettings settings,
        List<String> tasks,
        List<Step> steps,
        List<LearningWatch.Window> windows,
        End end,
        int usedStep,
        int learnedTensors,
        int keptTensors) {
    /// Copies the lists.
    public LearningTrace {
        tasks = List.copyOf(tasks);
        steps = List.copyOf(steps);
        windows = List.copyOf(windows);
    }

    /// One step.
    ///
    /// @param entropy mean entropy of each task's samples before the step, in nats
    /// @param mean mean coefficient of each task after the step
    /// @param low least coefficient of each task after the step
    /// @param high largest coefficient of each task after the step
    public record Step(double[] entropy, double[] mean, double[] low, double[] high) {}

    /// Why learning ended.
    public enum End {
        /// All steps were made; the last coefficients are used.
        ALL_STEPS,
        /// The criterion did not get better for as many steps as the patience; the best coefficients are used.
        PATIENCE,
        /// A task collapsed to few classes; the best coefficients are used.
        COLLAPSE
    }
}
