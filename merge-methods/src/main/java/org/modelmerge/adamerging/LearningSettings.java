package org.modelmerge.adamerging;

import org.jspecify.annotations.Nullable;
import org.modelmerge.method.Density;

/// How coefficients are learned; [#OFFICIAL] is the authors' loop.
///
/// @param granularity what shares a coefficient
/// @param plusPlus the density of AdaMerging++, or null for AdaMerging
/// @param clamped whether coefficients are clamped to [0, 1], as in the authors' code
/// @param steps steps of the optimiser, from 1
/// @param learningRate of Adam, above 0
/// @param init the first value of all coefficients
/// @param batchSize samples a batch, from 1
/// @param batches batches a task and step, from 1; their losses are summed
/// @param patience steps without a better criterion after which learning stops, 0 for never; see [LearningWatch]
/// @param seed chooses the samples
public record LearningSettings(
        Granularity granularity,
        @Nullable Density plusPlus,
        boolean clamped,
        int steps,
        double learningRate,
        double init,
        int batchSize,
        int batches,
        int patience,
        long seed) {
    /// As the authors' code: layer-wise, 500 steps of Adam at 0.001 from 0.3, two batches of 16 a task and step.
    public static final LearningSettings OFFICIAL =
            new LearningSettings(Granularity.LAYER, null, true, 500, 1e-3, 0.3, 16, 2, 0, 0);

    /// Refuses numbers out of range.
    public LearningSettings {
        boolean valid = steps >= 1 && batchSize >= 1 && batches >= 1 && patience >= 0 && learningRate > 0;
        if (!valid || !Double.isFinite(learningRate) || !Double.isFinite(init)) {
            throw new IllegalArgumentException("steps " + steps + ", batchSize " + batchSize + ", batches " + batches
                    + ", patience " + patience + ", learningRate " + learningRate + ", init " + init);
        }
    }

    /// The same with another number of steps.
    public LearningSettings withSteps(int other) {
        return new LearningSettings(
                granularity, plusPlus, clamped, other, learningRate, init, batchSize, batches, patience, seed);
    }

    /// The same with another learning rate.
    public LearningSettings withLearningRate(double other) {
        return new LearningSettings(
                granularity, plusPlus, clamped, steps, other, init, batchSize, batches, patience, seed);
    }

    /// The same with another granularity.
    public LearningSettings withGranularity(Granularity other) {
        return new LearningSettings(
                other, plusPlus, clamped, steps, learningRate, init, batchSize, batches, patience, seed);
    }
}
