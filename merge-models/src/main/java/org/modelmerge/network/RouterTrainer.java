package org.modelmerge.network;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.routing.AdamW;
import org.modelmerge.routing.Router;
import org.modelmerge.routing.RouterExamples;
import org.modelmerge.routing.RouterSettings;
import org.modelmerge.routing.RouterShape;
import org.modelmerge.routing.TrainedRouter;

/// Trains the router of Twin-Merging: a classifier of inputs by task, on features of the shared expert.
///
/// ```
/// loss = mean over the batch of -log softmax(logits)[task]         dropout 0.5 after each hidden layer
/// AdamW, learning rate falling linearly to 0, gradient cut to length 1
/// ```
///
/// After each epoch the validation examples are classified, and the epoch with the highest accuracy wins. The
/// same seed and examples give the same bits on the same machine: one thread computes, and random numbers are
/// ours. Only one router trains at a time in a process, as DJL has one gradient.
///
/// Source: `train_router` of LZY-the-boys/Twin-Merging at f481c60, with the defaults of transformers' Trainer.
/// Differs: the best epoch is chosen by validation examples; the code chooses by the test examples, the paper
/// speaks of validation data. Among epochs of equal accuracy the one with the lowest loss wins; the code takes
/// the first, whose shares are hardly more than a guess when tasks are easy to tell apart. A last batch of one
/// example joins the batch before it, since batch normalisation cannot use it.
public final class RouterTrainer {
    private static final double LONGEST_GRADIENT = 1;

    private final RouterShape shape;
    private final RouterSettings settings;
    private final Listener listener;
    private final Random random;
    private final Map<String, float[]> parameters = new LinkedHashMap<>();
    private final AdamW optimizer = new AdamW();

    /// Hears how the training goes.
    @FunctionalInterface
    public interface Listener {
        /// An epoch is over.
        ///
        /// @param number from 1
        void ended(int number, TrainedRouter.Epoch epoch);
    }

    private RouterTrainer(RouterShape shape, RouterSettings settings, Listener listener) {
        this.shape = shape;
        this.settings = settings;
        this.listener = listener;
        this.random = new Random(settings.seed());
        shape.tensors().forEach((name, size) -> parameters.put(name, first(name, size)));
    }

    /// Trains a router.
    ///
    /// @param taskCount n
    /// @param train at least two examples
    /// @param validation at least one
    /// @throws MergeException `DEGENERATE` for too few examples, `NON_FINITE` for features that are not,
    /// `UNAVAILABLE` without libtorch, `CANCELLED` on interrupt
    public static TrainedRouter train(
            int taskCount, RouterExamples train, RouterExamples validation, RouterSettings settings, Listener listener)
            throws MergeException {
        if (train.count() < 2 || validation.count() < 1) {
            throw MergeException.of(
                    ErrorCode.DEGENERATE,
                    "too few examples for a router (got " + train.count() + " to train on and " + validation.count()
                            + " to choose by, expected 2 and 1 or more)");
        }
        requireFinite(train);
        requireFinite(validation);
        RouterShape shape = RouterShape.of(train.features()[0].length, taskCount);
        synchronized (RouterTrainer.class) {
            try (NDManager manager = TorchEngine.newManager()) {
                // The bits of a sum depend on how many threads share it.
                JniUtils.setNumThreads(1);
                return new RouterTrainer(shape, settings, listener).run(manager, train, validation);
            }
        }
    }

    private static void requireFinite(RouterExamples examples) throws MergeException {
        for (int i = 0; i < examples.count(); i++) {
            for (float feature : examples.features()[i]) {
                if (!Float.isFinite(feature)) {
                    throw MergeException.of(
                                    ErrorCode.NON_FINITE,
                                    "the shared expert gives no number for an example (got " + feature + " for example "
                                            + i + ")")
                            .withHint("the weights of the shared expert are not finite, or too large");
                }
            }
        }
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

    private TrainedRouter run(NDManager manager, RouterExamples train, RouterExamples validation)
            throws MergeException {
        List<TrainedRouter.Epoch> curve = new ArrayList<>();
        Router best = null;
        int bestEpoch = 0;
        int[][] batches = batches(train.count(), settings.batchSize());
        long steps = (long) settings.epochs() * batches.length;
        for (int epoch = 1; epoch <= settings.epochs(); epoch++) {
            int[] order = shuffled(train.count());
            double loss = 0;
            for (int b = 0; b < batches.length; b++) {
                stopIfInterrupted();
                long done = (long) (epoch - 1) * batches.length + b;
                double rate = settings.learningRate() * (1 - (double) done / steps);
                int[] chosen = Arrays.copyOfRange(order, batches[b][0], batches[b][1]);
                loss += chosen.length * step(manager, train, chosen, rate);
            }
            TrainedRouter.Epoch result = measured(manager, validation, loss / train.count());
            curve.add(result);
            if (best == null || result.isBetterThan(curve.get(bestEpoch - 1))) {
                bestEpoch = epoch;
                best = Router.of(shape, parameters);
            }
            listener.ended(epoch, result);
        }
        if (best == null) {
            throw new IllegalStateException("no epoch of " + settings.epochs());
        }
        return new TrainedRouter(best, bestEpoch, curve);
    }

    private static void stopIfInterrupted() throws MergeException {
        if (Thread.currentThread().isInterrupted()) {
            throw MergeException.of(ErrorCode.CANCELLED, "interrupted");
        }
    }

    /// From and to of each batch.
    private static int[][] batches(int count, int size) {
        List<int[]> batches = new ArrayList<>();
        for (int from = 0; from < count; from += size) {
            batches.add(new int[] {from, Math.min(count, from + size)});
        }
        int last = batches.size() - 1;
        if (last > 0 && batches.get(last)[1] - batches.get(last)[0] == 1) {
            batches.remove(last);
            batches.getLast()[1] = count;
        }
        return batches.toArray(int[][]::new);
    }

    private int[] shuffled(int count) {
        int[] order = IntStream.range(0, count).toArray();
        for (int i = count - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int held = order[i];
            order[i] = order[j];
            order[j] = held;
        }
        return order;
    }

    /// One step of the optimiser.
    ///
    /// @return the loss before it
    private double step(NDManager manager, RouterExamples train, int[] chosen, double rate) {
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

    private TrainedRouter.Epoch measured(NDManager manager, RouterExamples validation, double trainLoss) {
        int correct = 0;
        double loss = 0;
        for (int[] batch : batches(validation.count(), settings.batchSize())) {
            int[] chosen = IntStream.range(batch[0], batch[1]).toArray();
            try (BatchMemory memory = new BatchMemory(manager)) {
                RouterNetwork network = new RouterNetwork(leaves(memory));
                float[] logProbabilities = network.evaluate(features(memory, validation, chosen))
                        .logSoftmax(-1)
                        .toFloatArray();
                for (int i = 0; i < chosen.length; i++) {
                    int task = validation.tasks()[chosen[i]];
                    int from = i * shape.taskCount();
                    correct += largest(logProbabilities, from) == task ? 1 : 0;
                    loss -= logProbabilities[from + task];
                }
            }
        }
        return new TrainedRouter.Epoch(trainLoss, loss / validation.count(), (double) correct / validation.count());
    }

    private int largest(float[] values, int from) {
        int best = 0;
        for (int task = 1; task < shape.taskCount(); task++) {
            if (values[from + task] > values[from + best]) {
                best = task;
            }
        }
        return best;
    }
}
