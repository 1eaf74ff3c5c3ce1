package org.modelmerge.adamerging;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.modelmerge.error.MergeException;

/// A model with heads and unlabelled samples, as the learner of coefficients sees it: weights go in, losses and
/// gradients come out.
///
/// Whoever can compute a gradient implements this, and coefficients are learned for any model. The learner never
/// asks how the network is built; the oracle never hears of task vectors. Used by one thread at a time.
public interface GradientOracle extends AutoCloseable {
    /// The tensors that the loss depends on. Merged tensors that are not among them keep their first coefficients
    /// and cost no memory.
    Set<String> tensors();

    /// Computes the losses of one step, and the gradient of their sum in the merged weights.
    ///
    /// The same weights and step give the same bits. Samples may differ from step to step.
    ///
    /// @param weights float32 elements by name, in row-major order and native byte order, to be read only; the same
    ///     segments in each call
    /// @param step counted from 0
    /// @param gradients zeros in the same form and under the same names, to be filled with
    ///     d(sum of losses)/d(weights)
    /// @return one entry a task, in task order
    /// @throws MergeException to give the learning up
    List<TaskLoss> gradients(Map<String, MemorySegment> weights, int step, Map<String, MemorySegment> gradients)
            throws MergeException;

    /// What the results depend on besides weights and step, for example a hash of the samples. An interrupted run is
    /// resumed only by an oracle that says the same.
    default String fingerprint() {
        return "";
    }

    /// Frees what the oracle holds.
    @Override
    default void close() {}

    /// One task's part of a step.
    ///
    /// @param loss this task's part of the sum that the gradient belongs to
    /// @param entropy mean over the step's samples of the entropy of the predicted distribution, in nats
    /// @param predicted how many samples went to each class, `[classes]`
    record TaskLoss(double loss, double entropy, long[] predicted) {
        /// Copies the counts.
        public TaskLoss {
            predicted = predicted.clone();
        }
    }
}
