package org.modelmerge.network;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.modelmerge.error.MergeException;
import org.modelmerge.routing.AdamW;
import org.modelmerge.routing.Router;
import org.modelmerge.routing.RouterExamples;
import org.modelmerge.routing.RouterShape;

/// A router whose weights learn from one batch after the other; which batches, and for how long, is the trainer's.
final class TrainableRouter {
    private static final double LONGEST_GRADIENT = 1;

    private final NDManager manager;
    private final RouterShape shape;
    private final Random random;
    private final Map<String, float[]> parameters = new LinkedHashMap<>();
    private final AdamW optimizer = new AdamW();

    /// A router with first weights.
    ///
    /// @param random of first weights and dropout
    TrainableRouter(NDManager manager, RouterShape shape, Random random) {
        this.manager = manager;
        this.shape = shape;
        this.random = random;
        shape.tensors().forEach((name, size) -> parameters.put(name, first(name, size)));
    }

    /// First weights as PyTorch's `Linear` and `BatchNorm1d` have them.
    private float[] first(String name, org.modelmerge.checkpoint.Shape size) {
        float[] values = new float[Math.toIntExact(size.elementCount())];
        if (name.startsWith("fc")) {
            int inputs = name.startsWith("fc1") ? shape.featureCount() : shape.hidden();
            float bound = (float) (1 / Math.sqrt(inputs));
            for (int i = 0; i < values.length; i++) {
                values[i] = (2 * random.nextFloat() - 1) * bound;
            }
        } else if (name.endsWith(".weight") || name.endsWith(".running_var")) {
            Arrays.fill(values, 1);
        }
        return values;
    }

    /// One step of the optimiser.
    ///
    /// @param chosen the examples of the batch
    /// @param rate the learning rate
    /// @return the loss before it
    double step(RouterExamples train, int[] chosen, double rate) {
        Map<String, float[]> gradients = new LinkedHashMap<>();
        double value;
        try (BatchMemory memory = new BatchMemory(manager)) {
            Map<String, NDArray> leaves = leaves(memory);
            leaves.forEach((name, leaf) -> leaf.setRequiresGradient(RouterNetwork.isLearned(name)));
            NDArray x = features(memory, train, chosen);
            NDArray firstMask = dropout(memory, chosen.length);
            NDArray secondMask = dropout(memory, chosen.length);
            NDArray target = target(memory, train, chosen);
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                NDArray logits = new RouterNetwork(leaves).train(x, firstMask, secondMask);
                NDArray loss = logits.logSoftmax(-1).mul(target).sum().neg();
                collector.backward(loss);
                value = loss.getFloat();
            }
            leaves.forEach((name, leaf) -> {
                if (RouterNetwork.isLearned(name)) {
                    gradients.put(name, leaf.getGradient().toFloatArray());
                } else {
                    parameters.put(name, leaf.toFloatArray());
                }
            });
        }
        shorten(gradients);
        optimizer.step(parameters, gradients, rate);
        return value;
    }

    private Map<String, NDArray> leaves(BatchMemory memory) {
        Map<String, NDArray> leaves = new LinkedHashMap<>();
        shape.tensors().forEach((name, size) -> {
            float[] values = parameters.getOrDefault(name, new float[0]);
            leaves.put(name, memory.floats(RouterNetwork.shape(size), buffer -> buffer.asFloatBuffer()
                    .put(values)));
        });
        return leaves;
    }

    private NDArray features(BatchMemory memory, RouterExamples examples, int[] chosen) {
        return memory.floats(new Shape(chosen.length, shape.featureCount()), buffer -> {
            for (int i : chosen) {
                for (float feature : examples.features()[i]) {
                    buffer.putFloat(feature);
                }
            }
        });
    }

    /// 1 / batch at each example's task, so that the sum over all is the mean cross-entropy.
    private NDArray target(BatchMemory memory, RouterExamples examples, int[] chosen) {
        float share = 1f / chosen.length;
        return memory.floats(new Shape(chosen.length, shape.taskCount()), buffer -> {
            for (int i : chosen) {
                for (int task = 0; task < shape.taskCount(); task++) {
                    buffer.putFloat(task == examples.tasks()[i] ? share : 0);
                }
            }
        });
    }

    /// Half of the units are dropped, so one random bit decides each, and the rest counts twice.
    private NDArray dropout(BatchMemory memory, int count) {
        return memory.floats(new Shape(count, shape.hidden()), buffer -> {
            while (buffer.hasRemaining()) {
                long bits = random.nextLong();
                for (int i = 0; i < Long.SIZE && buffer.hasRemaining(); i++) {
                    buffer.putFloat((bits >>> i & 1) == 0 ? 0 : 2);
                }
            }
        });
    }

    /// Cuts the gradient of all parameters together to length 1, as the Trainer does by default.
    private static void shorten(Map<String, float[]> gradients) {
        double squares = 0;
        for (float[] gradient : gradients.values()) {
            for (float element : gradient) {
                squares += (double) element * element;
            }
        }
        double length = Math.sqrt(squares);
        if (length > LONGEST_GRADIENT) {
            float factor = (float) (LONGEST_GRADIENT / length);
            for (float[] gradient : gradients.values()) {
                for (int i = 0; i < gradient.length; i++) {
                    gradient[i] *= factor;
                }
            }
        }
    }

    /// What the router says of examples as it is now, without dropout.
    ///
    /// @return `[chosen][tasks]`
    float[][] logProbabilities(RouterExamples examples, int[] chosen) {
        try (BatchMemory memory = new BatchMemory(manager)) {
            float[] flat = new RouterNetwork(leaves(memory))
                    .evaluate(features(memory, examples, chosen))
                    .logSoftmax(-1)
                    .toFloatArray();
            float[][] rows = new float[chosen.length][];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = Arrays.copyOfRange(flat, i * shape.taskCount(), (i + 1) * shape.taskCount());
            }
            return rows;
        }
    }

    /// A copy of the router as it is now.
    Router router() throws MergeException {
        return Router.of(shape, parameters);
    }
}
