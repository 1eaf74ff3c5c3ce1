package org.modelmerge.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;

/// The entropy of predicted distributions, which AdaMerging minimises, as differentiable operations.
///
/// ```
/// logits = W z + b        log p = log-softmax(logits)        H = -sum_c p_c log p_c      in nats
/// ```
final class EntropyLoss {
    private EntropyLoss() {}

    /// Logits [items, classes] of a head with fixed numbers.
    static NDArray logits(BatchMemory memory, NDArray features, Head head) {
        int classes = head.classCount();
        NDArray weight = memory.floats(new Shape(classes, head.weight()[0].length), buffer -> {
            for (float[] row : head.weight()) {
                for (float value : row) {
                    buffer.putFloat(value);
                }
            }
        });
        NDArray bias = memory.floats(new Shape(classes), buffer -> {
            for (float value : head.bias()) {
                buffer.putFloat(value);
            }
        });
        return Linear.linear(features, weight, bias).singletonOrThrow();
    }

    /// H of each item, `[items]`.
    static NDArray entropies(NDArray logits) {
        NDArray logP = logits.logSoftmax(-1);
        return logP.exp().mul(logP).sum(new int[] {-1}).neg();
    }
}
