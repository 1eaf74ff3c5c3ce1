package org.modelmerge.search;

import java.util.List;
import java.util.Map;

/// A finished search.
///
/// @param version of modelmerge
/// @param method name in the catalogue
/// @param fixed the method's other parameters, as they were given
/// @param tasks the task names, in order
/// @param scoredBy what the scores are, for people
/// @param strategy [SearchStrategy#description()]
/// @param trials all, in their order
/// @param best the trial with the largest score, the first of equals
/// @param resumed how many trials the log had seen before
public record SearchResult(
        String version,
        String method,
        Map<String, Object> fixed,
        List<String> tasks,
        String scoredBy,
        Map<String, Object> strategy,
        List<Trial> trials,
        Trial best,
        int resumed) {
    /// Copies the lists.
    public SearchResult {
        tasks = List.copyOf(tasks);
        trials = List.copyOf(trials);
    }

    /// How many trials failed.
    public int failureCount() {
        return (int) trials.stream().filter(trial -> trial.score() == null).count();
    }
}
