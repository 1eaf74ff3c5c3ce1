package org.modelmerge.network;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.MergeException;

/// A network without its weights: which tensors it needs, and the forward pass. A value: equal if sizes and
/// settings are.
public interface Blueprint {
    /// The tensors that the forward pass reads, by their names in the checkpoint.
    Map<String, Shape> tensors();

    /// d, the number of features of an item.
    int featureCount();

    /// The name before `weight` and `bias` of the network's own classifier, or null if it has none.
    default @Nullable String classifierPrefix() {
        return null;
    }

    /// The most tokens of a text, special ones included; 0 for networks that read no tokens.
    default int longestText() {
        return 0;
    }

    /// The number of rows of the embedding table, 0 for networks that read no tokens.
    default int vocabularySize() {
        return 0;
    }

    /// Whether the features can be differentiated in this tensor. Measured statistics cannot: they are no weights.
    default boolean isDifferentiable(String tensor) {
        return true;
    }

    /// Computes the features of a batch.
    ///
    /// Differentiable in all tensors but statistics: it never uses an operation of DJL with a Java number as its
    /// operand, whose gradient DJL computes from memory that is free already.
    ///
    /// @param memory for inputs and constants; it frees them with everything that was computed from them
    /// @return [batch, d], float32
    /// @throws MergeException `MISMATCH` if the network cannot read these items
    NDArray features(BatchMemory memory, Tensors tensors, Batch batch) throws MergeException;

    /// Weights by name.
    @FunctionalInterface
    interface Tensors extends LayerWeights {}
}
