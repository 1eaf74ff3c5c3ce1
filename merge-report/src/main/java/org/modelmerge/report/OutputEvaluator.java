package org.modelmerge.report;

import java.nio.file.Path;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.Evaluation;

/// Says what a merged model is worth, before it gets its final name.
@FunctionalInterface
public interface OutputEvaluator {
    /// Evaluates.
    ///
    /// @param model the complete weights: a file, or a folder that has no other files yet
    /// @throws MergeException to give the whole merge up
    Evaluation evaluate(Path model) throws MergeException;
}
