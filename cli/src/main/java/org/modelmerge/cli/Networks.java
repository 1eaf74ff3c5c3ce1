package org.modelmerge.cli;

import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.AnswerSource;
import org.modelmerge.network.NetworkAnswers.RunOptions;
import org.modelmerge.task.ModelSettings;

/// Where answers of networks come from.
@FunctionalInterface
interface Networks {
    /// Makes a network ready to be filled with weights.
    ///
    /// @throws MergeException for an architecture that does not exist, or where no network runs on this system
    AnswerSource open(ModelSettings settings, RunOptions options) throws MergeException;
}
