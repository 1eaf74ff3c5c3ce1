package org.modelmerge.cli;

import java.nio.file.Path;
import org.modelmerge.adamerging.GradientOracle;
import org.modelmerge.adamerging.LearningSettings;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.AnswerSource;
import org.modelmerge.network.NetworkAnswers.RunOptions;
import org.modelmerge.network.NetworkGradients;
import org.modelmerge.task.ModelSettings;
import org.modelmerge.task.TaskFile;

/// Where answers of networks come from.
@FunctionalInterface
interface Networks {
    /// Makes a network ready to be filled with weights.
    ///
    /// @throws MergeException for an architecture that does not exist, or where no network runs on this system
    AnswerSource open(ModelSettings settings, RunOptions options) throws MergeException;

    /// Makes a network with the heads and unlabelled samples of all tasks ready to be learned on.
    ///
    /// @throws MergeException if the task file does not fit the base, or where no network runs on this system
    default GradientOracle gradients(TaskFile tasks, Path base, LearningSettings settings, int threads)
            throws MergeException {
        return NetworkGradients.open(tasks, base, settings, threads);
    }
}
