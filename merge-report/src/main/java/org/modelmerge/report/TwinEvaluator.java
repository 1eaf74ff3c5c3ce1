package org.modelmerge.report;

import java.nio.file.Path;
import java.util.Map;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.Evaluation;
import org.modelmerge.evaluation.RoutingMatrix;

/// Trains the router of a Twin folder and says what the folder is worth, before it gets its final name.
@FunctionalInterface
public interface TwinEvaluator {
    /// Adds the router's files to the folder and evaluates.
    ///
    /// @param folder a complete Twin folder without a router
    /// @throws MergeException to give the whole extraction up
    Outcome evaluate(Path folder) throws MergeException;

    /// What came out.
    ///
    /// @param evaluation of learned, oracle and no routing
    /// @param routing what the router does with the items
    /// @param sha256 of the files that were added, by name
    record Outcome(Evaluation evaluation, RoutingMatrix routing, Map<String, String> sha256) {}
}
