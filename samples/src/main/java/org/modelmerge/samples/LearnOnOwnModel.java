package org.modelmerge.samples;

import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.modelmerge.adamerging.AdaMerging;
import org.modelmerge.adamerging.GradientOracle;
import org.modelmerge.adamerging.LearningSettings;
import org.modelmerge.average.Average;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.error.MergeException;
import org.modelmerge.learning.CoefficientLearning;
import org.modelmerge.learning.LearnedCoefficients;
import org.modelmerge.learning.LearningObserver;
import org.modelmerge.report.MergeOrder;
import org.modelmerge.report.MergeSession;

/// Learns coefficients for a model that the library has never heard of, and merges with them.
///
/// Arguments: OUTPUT BASE EXPERT EXPERT
public final class LearnOnOwnModel {
    private LearnOnOwnModel() {}

    public static void main(String[] args) throws MergeException {
        List<Path> models = Arrays.stream(args).skip(1).map(Path::of).toList();
        merge(Path.of(args[0]), models.getFirst(), models.subList(1, models.size()), System.out);
    }

    static void merge(Path output, Path base, List<Path> experts, PrintStream out) throws MergeException {
        MergeRequest models = MergeRequest.of(new Average(List.of()), base, experts);
        LearningSettings settings = LearningSettings.OFFICIAL.withSteps(200).withLearningRate(0.01);
        LearnedCoefficients learned =
                new CoefficientLearning(models, settings).learn(new SignClassifier(SAMPLES), LearningObserver.NONE);
        out.println(learned.table().rows());
        MergeRequest merge = models.withMethod(new AdaMerging(learned.table(), null));
        try (MergeSession session = MergeSession.open(MergeOrder.of(merge, output))) {
            session.run(MergeObserver.NONE);
        }
    }

    /// Unlabelled samples of two tasks, `[task][sample][feature]`.
    private static final float[][][] SAMPLES = {
        {{1, 0.1f}, {0.9f, -0.2f}, {-1.1f, 0.2f}, {-0.8f, -0.1f}},
        {{0.1f, 1.2f}, {-0.2f, 0.8f}, {0.3f, -1}, {-0.1f, -0.9f}}
    };

    /// One linear map for both tasks, a sigmoid, and the entropy of its two classes.
    ///
    /// ```
    /// p = sigmoid(w x)      H = -p log p - (1 - p) log(1 - p)      dH/dw = -log(p / (1 - p)) p (1 - p) x
    /// ```
    record SignClassifier(float[][][] samples) implements GradientOracle {
        @Override
        public Set<String> tensors() {
            return Set.of("w");
        }

        @Override
        public List<TaskLoss> gradients(
                Map<String, MemorySegment> weights, int step, Map<String, MemorySegment> gradients) {
            float[] w = Objects.requireNonNull(weights.get("w")).toArray(ValueLayout.JAVA_FLOAT);
            float[] gradient = new float[w.length];
            List<TaskLoss> losses =
                    Arrays.stream(samples).map(task -> loss(task, w, gradient)).toList();
            MemorySegment.copy(
                    gradient, 0, Objects.requireNonNull(gradients.get("w")), ValueLayout.JAVA_FLOAT, 0, w.length);
            return losses;
        }

        private static TaskLoss loss(float[][] task, float[] w, float[] gradient) {
            double entropy = 0;
            long[] predicted = new long[2];
            for (float[] x : task) {
                double logit = w[0] * x[0] + w[1] * x[1];
                double p = 1 / (1 + Math.exp(-logit));
                entropy -= (p * Math.log(p) + (1 - p) * Math.log(1 - p)) / task.length;
                predicted[logit > 0 ? 1 : 0]++;
                for (int j = 0; j < w.length; j++) {
                    gradient[j] -= (float) (logit * p * (1 - p) * x[j] / task.length);
                }
            }
            return new TaskLoss(entropy, entropy, predicted);
        }
    }
}
