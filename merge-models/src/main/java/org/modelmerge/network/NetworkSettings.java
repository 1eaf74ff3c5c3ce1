package org.modelmerge.network;

import org.jspecify.annotations.Nullable;
import org.modelmerge.task.Pooling;

/// What a network needs to be told beside its weights.
///
/// @param pooling how the vectors of a text's tokens become one; null for the architecture's default
/// @param maxLength the most tokens of a text, special ones included; 0 for as many as the network can read, at
///     most 512
/// @param config what the model says about itself
public record NetworkSettings(@Nullable Pooling pooling, int maxLength, ModelConfig config) {
    /// The architecture's defaults.
    public static final NetworkSettings DEFAULT = new NetworkSettings(null, 0, ModelConfig.NONE);
}
