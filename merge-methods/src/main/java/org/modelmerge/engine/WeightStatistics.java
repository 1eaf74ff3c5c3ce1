package org.modelmerge.engine;

import java.util.List;
import org.modelmerge.checkpoint.Shape;

/// What a merge did to the weights, measured while it emitted.
///
/// tau is the F32 difference expert - base; merged is the F32 difference of the written output and base. Sums are
/// float64 over a fixed partition, so they are the same on every machine. Of large models a fixed sample of blocks is
/// measured, about a sixteenth of the elements, and each block stands for its share of them: all sums and counts
/// are estimates then.
///
/// @param tasks task names
/// @param perTensor merged tensors in output order
/// @param total the sums over all merged tensors
/// @param measuredElements how many elements were measured; fewer than `total.elementCount()` if sampled
/// @param cosines `[n][n]` cosines of task vectors, NaN where a norm is 0
/// @param equalsBase `[n]` whether the expert equals the base on all merged tensors; never an estimate
public record WeightStatistics(
        List<String> tasks,
        List<TensorStatistics> perTensor,
        Sums total,
        long measuredElements,
        double[][] cosines,
        boolean[] equalsBase) {
    /// From this cosine of base and expert on, the expert looks like a fine-tune of the base: those of the real pairs
    /// we measured are 0.8 to 1.0, those of models trained apart below 0.03.
    public static final double SAME_BASE_COSINE = 0.5;

    /// Whether the numbers are estimates from a sample.
    public boolean sampled() {
        return measuredElements < total.elementCount();
    }

    /// One merged tensor.
    public record TensorStatistics(String name, Shape shape, Sums sums) {}

    /// Sums over some elements.
    ///
    /// @param elementCount all elements
    /// @param activeCount elements with some non-zero tau
    /// @param agreeingCount active elements on which all non-zero tau have one sign
    /// @param changedCount elements whose written value differs from base
    /// @param baseSquares sum of base^2
    /// @param mergedSquares sum of merged^2
    /// @param roundingSquares sum of (result before rounding to the output's dtype - written)^2
    /// @param tauSquares `[n]` sum of tau_i^2
    /// @param tauDotMerged `[n]` sum of tau_i * merged
    /// @param tauDotBase `[n]` sum of tau_i * base
    /// @param narrowingSquares `[n]` sum of (base - base rounded to the expert's dtype)^2 where that is narrower,
    ///     else 0
    public record Sums(
            long elementCount,
            long activeCount,
            long agreeingCount,
            long changedCount,
            double baseSquares,
            double mergedSquares,
            double roundingSquares,
            double[] tauSquares,
            double[] tauDotMerged,
            double[] tauDotBase,
            double[] narrowingSquares) {

        /// |tau_i|.
        public double norm(int task) {
            return Math.sqrt(tauSquares[task]);
        }

        /// |merged|.
        public double mergedNorm() {
            return Math.sqrt(mergedSquares);
        }

        /// |merged| / |base|, NaN where the base is 0.
        public double relativeChange() {
            return baseSquares == 0 ? Double.NaN : Math.sqrt(mergedSquares) / Math.sqrt(baseSquares);
        }

        /// The share of active elements on which all non-zero tau have one sign, NaN without active elements.
        public double signAgreement() {
            return activeCount == 0 ? Double.NaN : (double) agreeingCount / activeCount;
        }

        /// The cosine of tau_i and merged, NaN where a norm is 0.
        public double cosineToMerged(int task) {
            double norms = Math.sqrt(tauSquares[task]) * Math.sqrt(mergedSquares);
            return norms == 0 ? Double.NaN : tauDotMerged[task] / norms;
        }

        /// The cosine of base and expert i, NaN where a norm is 0.
        public double cosineToBase(int task) {
            double expertSquares = baseSquares + 2 * tauDotBase[task] + tauSquares[task];
            double norms = Math.sqrt(baseSquares) * Math.sqrt(expertSquares);
            return norms > 0 ? (baseSquares + tauDotBase[task]) / norms : Double.NaN;
        }
    }
}
