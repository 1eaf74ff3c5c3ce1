package org.modelmerge.search;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a candidate is worth.
///
/// @param value larger is better
/// @param tasks accuracy by task name, whose mean the value is; empty for a foreign command
public record Score(double value, Map<String, Double> tasks) {
    /// Copies the map.
    public Score {
        tasks = Collections.unmodifiableMap(new LinkedHashMap<>(tasks));
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("score " + value);
        }
    }
}
