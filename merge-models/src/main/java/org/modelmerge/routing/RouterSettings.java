package org.modelmerge.routing;

/// How a router is trained.
///
/// @param epochs passes over all examples, from 1
/// @param batchSize examples a step, from 2, since batch normalisation compares them
/// @param learningRate of the first step; falls linearly to 0
/// @param seed of first weights, order and dropout
public record RouterSettings(int epochs, int batchSize, double learningRate, long seed) {
    /// The official settings, for classification: 50 epochs, batches of 1,024, learning rate 5e-4.
    public static final RouterSettings DEFAULT = new RouterSettings(50, 1024, 5e-4, 0);

    /// Refuses what trains nothing.
    public RouterSettings {
        if (epochs < 1 || batchSize < 2 || !(learningRate > 0) || Double.isInfinite(learningRate)) {
            throw new IllegalArgumentException(
                    epochs + " epochs, batches of " + batchSize + ", learning rate " + learningRate);
        }
    }
}
