package org.modelmerge.search;

import java.util.Map;
import org.modelmerge.error.MergeException;

/// Which points of a space to try, in which order.
///
/// Deterministic: the next point follows from the description and the scores so far. So a search that was stopped goes
/// on by asking for the same points again, and the log answers for those it has seen.
public sealed interface SearchStrategy permits GridSearch, CmaEs {
    /// Asks for the score of one point after the other.
    ///
    /// @throws MergeException what the objective throws; the strategy stops then
    void search(Objective objective) throws MergeException;

    /// How many points it asks for at most.
    int budget();

    /// What the order of points follows from, in values that JSON has; without the budget, which only cuts the order
    /// off.
    Map<String, Object> description();

    /// What a strategy asks.
    @FunctionalInterface
    interface Objective {
        /// The score of a point, larger is better; always finite.
        ///
        /// @param values option name to a number, or to a list of numbers, one per task
        double score(Map<String, Object> values) throws MergeException;
    }
}
