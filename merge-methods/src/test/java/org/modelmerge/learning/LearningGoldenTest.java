package org.modelmerge.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.modelmerge.adamerging.CoefficientTable;
import org.modelmerge.adamerging.CoefficientTrainer;
import org.modelmerge.adamerging.GradientOracle.TaskLoss;
import org.modelmerge.adamerging.Granularity;
import org.modelmerge.adamerging.LearningSettings;
import org.modelmerge.adamerging.LearningTrace;
import org.modelmerge.error.MergeException;

/// Three runs of the official loop, in torch, against ours: the optimiser alone, and the whole way from files.
final class LearningGoldenTest {
    private static final double ABSOLUTE = 1e-5;
    private static final double RELATIVE = 1e-4;

    private static LearningSettings settings(String kind, double learningRate, int steps) {
        return LearningSettings.OFFICIAL
                .withGranularity(kind.equals("task") ? Granularity.TASK : Granularity.LAYER)
                .withLearningRate(learningRate)
                .withSteps(steps);
    }

    @ParameterizedTest
    @CsvSource({"layer,0.001,200", "task,0.001,200", "layer,0.02,120"})
    void learnsWhatTheOfficialLoopLearns(String kind, double learningRate, int steps) throws MergeException {
        String golden = kind + "_lr" + learningRate;
        List<String> rows = kind.equals("task") ? List.of(CoefficientTable.ALL) : ToyCase.ROWS;
        int width = rows.size() * ToyCase.TASKS;
        float[][] lambda = ToyCase.rows(golden, "lambda_raw_f64", width);

        LearnedCoefficients learned = new CoefficientLearning(ToyCase.models(), settings(kind, learningRate, steps))
                .learn(ToyCase.network(), LearningObserver.NONE);

        assertThat(learned.table().rows()).hasSameSizeAs(rows);
        for (int r = 0; r < rows.size(); r++) {
            for (int i = 0; i < ToyCase.TASKS; i++) {
                float expected = Math.clamp(lambda[steps][r * ToyCase.TASKS + i], 0f, 1f);
                assertThat((double) learned.table().rows().get(rows.get(r)).get(i))
                        .as(rows.get(r) + " " + i)
                        .isCloseTo(expected, within(ABSOLUTE));
            }
        }
        for (int s = 0; s < steps; s++) {
            LearningTrace.Step step = learned.trace().steps().get(s);
            assertThat(step.mean()[0]).isCloseTo(mean(lambda[s + 1]), within(ABSOLUTE));
        }
    }

    private static double mean(float[] lambda) {
        double sum = 0;
        for (int k = 0; k < lambda.length; k += ToyCase.TASKS) {
            sum += Math.clamp(lambda[k], 0f, 1f);
        }
        return sum * ToyCase.TASKS / lambda.length;
    }

    /// The whole path before the clamp, with the merge and its gradient in double: what is left is the optimiser.
    @ParameterizedTest
    @CsvSource({"layer,0.001,200", "task,0.001,200", "layer,0.02,120"})
    void followsTheOfficialPath(String kind, double learningRate, int steps) throws MergeException {
        String golden = kind + "_lr" + learningRate;
        int rows = kind.equals("task") ? 1 : ToyCase.ROWS.size();
        float[][] lambda = ToyCase.rows(golden, "lambda_raw_f64", rows * ToyCase.TASKS);
        float[] loss = ToyCase.floats(golden, "loss_f64");
        CoefficientTrainer trainer = new CoefficientTrainer(settings(kind, learningRate, steps), rows, ToyCase.TASKS);
        ToyNetwork network = ToyCase.network();
        Map<String, double[][]> tau = tau();

        for (int s = 0; s < steps; s++) {
            Map<String, double[]> theta = new HashMap<>();
            Map<String, double[]> gradients = new HashMap<>();
            double[] effective = trainer.effective(trainer.raw());
            for (String tensor : network.tensors()) {
                theta.put(tensor, merged(tensor, tau.get(tensor), effective, rows));
                gradients.put(tensor, new double[theta.get(tensor).length]);
            }
            List<TaskLoss> losses = network.exact(theta, s, gradients);
            double[] slope = new double[rows * ToyCase.TASKS];
            for (String tensor : network.tensors()) {
                for (int i = 0; i < ToyCase.TASKS; i++) {
                    for (int j = 0; j < gradients.get(tensor).length; j++) {
                        slope[row(tensor, rows) * ToyCase.TASKS + i] +=
                                gradients.get(tensor)[j] * tau.get(tensor)[i][j];
                    }
                }
            }
            trainer.step(slope);

            double total = losses.stream().mapToDouble(TaskLoss::loss).sum();
            assertThat(total).as("loss of step " + s).isCloseTo(loss[s], within(RELATIVE * loss[s]));
            for (int k = 0; k < slope.length; k++) {
                assertThat(trainer.raw()[k]).as("step " + s).isCloseTo(lambda[s + 1][k], within(ABSOLUTE));
            }
        }
    }

    private static int row(String tensor, int rows) {
        return rows == 1 ? 0 : ToyCase.ROWS.indexOf(tensor);
    }

    private static double[] merged(String tensor, double[][] tau, double[] lambda, int rows) throws MergeException {
        float[] base = ToyCase.floats("base", tensor);
        double[] merged = new double[base.length];
        for (int j = 0; j < base.length; j++) {
            merged[j] = base[j];
            for (int i = 0; i < ToyCase.TASKS; i++) {
                merged[j] += lambda[row(tensor, rows) * ToyCase.TASKS + i] * tau[i][j];
            }
        }
        return merged;
    }

    private static Map<String, double[][]> tau() throws MergeException {
        Map<String, double[][]> all = new HashMap<>();
        for (String tensor : ToyCase.ROWS) {
            float[] base = ToyCase.floats("base", tensor);
            List<double[]> tau = new ArrayList<>();
            for (int i = 0; i < ToyCase.TASKS; i++) {
                float[] tuned = ToyCase.floats("ft_" + i, tensor);
                double[] difference = new double[base.length];
                for (int j = 0; j < base.length; j++) {
                    difference[j] = (double) tuned[j] - base[j];
                }
                tau.add(difference);
            }
            all.put(tensor, tau.toArray(double[][]::new));
        }
        return all;
    }
}
