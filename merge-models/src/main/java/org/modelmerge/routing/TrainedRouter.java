package org.modelmerge.routing;

import java.util.List;

/// A router, and how its training went.
///
/// @param router as it was after its best epoch
/// @param bestEpoch from 1; of epochs with equal accuracy the one with the lowest loss
/// @param curve one entry an epoch
public record TrainedRouter(Router router, int bestEpoch, List<Epoch> curve) {
    /// Copies the list.
    public TrainedRouter {
        curve = List.copyOf(curve);
    }

    /// One epoch.
    ///
    /// @param trainLoss mean cross-entropy of the training batches, with dropout
    /// @param loss mean cross-entropy of the validation examples
    /// @param accuracy share of validation examples whose largest logit is their task's
    public record Epoch(double trainLoss, double loss, double accuracy) {
        /// Whether the weights after this epoch are to be preferred.
        public boolean isBetterThan(Epoch other) {
            return accuracy > other.accuracy || (accuracy == other.accuracy && loss < other.loss);
        }
    }

    /// The share of validation examples that the router assigns to their own task.
    public double accuracy() {
        return curve.get(bestEpoch - 1).accuracy();
    }
}
