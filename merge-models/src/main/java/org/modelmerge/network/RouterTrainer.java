package org.modelmerge.network;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
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
    private final RouterSettings settings;
    private final Listener listener;
    private final Random random;

    /// Hears how the training goes.
    @FunctionalInterface
    public interface Listener {
        /// An epoch is over.
        ///
        /// @param number from 1
        void ended(int number, TrainedRouter.Epoch epoch);
    }

    private RouterTrainer(RouterSettings settings, Listener listener) {
        this.settings = settings;
        this.listener = listener;
        this.random = new Random(settings.seed());
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
                return new RouterTrainer(settings, listener).run(manager, shape, train, validation);
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

    private TrainedRouter run(NDManager manager, RouterShape shape, RouterExamples train, RouterExamples validation)
            throws MergeException {
        TrainableRouter router = new TrainableRouter(manager, shape, random);
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
                loss += chosen.length * router.step(train, chosen, rate);
            }
            TrainedRouter.Epoch result = measured(router, validation, loss / train.count());
            curve.add(result);
            if (best == null || result.isBetterThan(curve.get(bestEpoch - 1))) {
                bestEpoch = epoch;
                best = router.router();
            }
            listener.ended(epoch, result);
        }
        if (best == null) {
            throw new IllegalStateException("no epoch of " + settings.epochs());
        }
        return new TrainedRouter(best, bestEpoch, curve);
    }

    private TrainedRouter.Epoch measured(TrainableRouter router, RouterExamples validation, double trainLoss) {
        int correct = 0;
        double loss = 0;
        for (int[] batch : batches(validation.count(), settings.batchSize())) {
            int[] chosen = IntStream.range(batch[0], batch[1]).toArray();
            float[][] logProbabilities = router.logProbabilities(validation, chosen);
            for (int i = 0; i < chosen.length; i++) {
                int task = validation.tasks()[chosen[i]];
                correct += largest(logProbabilities[i]) == task ? 1 : 0;
                loss -= logProbabilities[i][task];
            }
        }
        return new TrainedRouter.Epoch(trainLoss, loss / validation.count(), (double) correct / validation.count());
    }

    private static int largest(float[] values) {
        int best = 0;
        for (int task = 1; task < values.length; task++) {
            if (values[task] > values[best]) {
                best = task;
            }
        }
        return best;
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
}
