package org.modelmerge.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import java.util.Map;
import org.modelmerge.routing.Router;

/// The router as a graph, for its training; [Router] is the same as plain arithmetic.
///
/// Differentiable: no operation takes a Java number that its gradient would need.
///
/// @param tensors by the names of the router's file; running statistics change in place while training
record RouterNetwork(Map<String, NDArray> tensors) {
    /// How much of the running statistics a batch leaves as they were, PyTorch's `1 - momentum`.
    private static final float KEPT = 0.9f;

    /// Logits in training: batch normalisation by the batch, and dropout.
    ///
    /// @param x [examples, d]
    /// @param firstMask [examples, hidden], 0 for dropped units, 1 / kept share for others
    /// @param secondMask the same for the second hidden layer
    NDArray train(NDArray x, NDArray firstMask, NDArray secondMask) {
        NDArray first = hidden(x, "fc1", "bn1", true).mul(firstMask);
        NDArray second = hidden(first, "fc3", "bn3", true).mul(secondMask);
        return linear(second, "fc4");
    }

    /// Logits as the trained router gives them.
    NDArray evaluate(NDArray x) {
        return linear(hidden(hidden(x, "fc1", "bn1", false), "fc3", "bn3", false), "fc4");
    }

    private NDArray hidden(NDArray x, String layer, String norm, boolean isTraining) {
        NDArray normal = BatchNorm.batchNorm(
                        linear(x, layer),
                        get(norm + ".running_mean"),
                        get(norm + ".running_var"),
                        get(norm + ".weight"),
                        get(norm + ".bias"),
                        -1,
                        KEPT,
                        Router.EPSILON,
                        isTraining)
                .singletonOrThrow();
        return Activation.leakyRelu(normal, Router.SLOPE);
    }

    private NDArray linear(NDArray x, String name) {
        return Linear.linear(x, get(name + ".weight"), get(name + ".bias")).singletonOrThrow();
    }

    private NDArray get(String name) {
        NDArray tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("a router has no tensor " + name);
        }
        return tensor;
    }

    /// Whether the optimiser changes a tensor; running statistics follow from the batches.
    static boolean isLearned(String name) {
        return !name.contains(".running_");
    }

    /// The sizes of one tensor for the library.
    static Shape shape(org.modelmerge.checkpoint.Shape shape) {
        return new Shape(shape.sizes());
    }
}
