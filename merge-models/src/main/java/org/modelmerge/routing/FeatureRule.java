package org.modelmerge.routing;

import org.jspecify.annotations.Nullable;

/// What a router reads of an input: a vector that the shared expert computes.
public enum FeatureRule {
    /// The mean of the last hidden states over all tokens, special ones included, whatever the task's own pooling is.
    MEAN_OF_TOKENS("mean-of-tokens"),
    /// The vector that the heads read, for networks without tokens.
    HEAD_INPUT("head-input");

    private final String word;

    FeatureRule(String word) {
        this.word = word;
    }

    /// The name in `router.json`.
    public String word() {
        return word;
    }

    /// The rule of this name, or null.
    static @Nullable FeatureRule named(String word) {
        for (FeatureRule rule : values()) {
            if (rule.word.equals(word)) {
                return rule;
            }
        }
        return null;
    }
}
