package org.modelmerge.search;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One candidate that was tried.
///
/// @param number from 1, in the order of the search
/// @param values option name to a number, or to a list of numbers, one per task
/// @param score null if the trial failed
/// @param failure why, null if it did not
/// @param seconds what it took
public record Trial(
        int number,
        Map<String, Object> values,
        @Nullable Score score,
        @Nullable String failure,
        double seconds) {
    /// Copies the map.
    public Trial {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        if ((score == null) == (failure == null)) {
            throw new IllegalArgumentException("trial " + number + " with " + score + " and " + failure);
        }
    }

    /// Whether this trial has a larger score than another one, which may be absent.
    boolean beats(@Nullable Trial other) {
        return score != null
                && (other == null
                        || other.score() == null
                        || score.value() > other.score().value());
    }
}
