package org.modelmerge.learning;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.modelmerge.adamerging.GradientOracle;

/// The network of the golden case, with its gradient written out in double.
///
/// ```
/// h = relu(W1 x + b1)    y = W2 h + b2    z = y / |y|    p = softmax(head_t z)
/// L = sum over tasks and batches of the mean entropy of p
/// ```
///
/// @param x `[task][row][12]`
/// @param head `[task][class][10]`
record ToyNetwork(float[][][] x, float[][][] head) implements GradientOracle {
    private static final int BATCH = 16;
    private static final int BATCHES = 2;
    private static final Set<String> TENSORS = Set.of("l1.weight", "l1.bias", "l2.weight", "l2.bias");

    @Override
    public Set<String> tensors() {
        return TENSORS;
    }

    @Override
    public List<TaskLoss> gradients(
            Map<String, MemorySegment> weights, int step, Map<String, MemorySegment> gradients) {
        Map<String, double[]> theta = new HashMap<>();
        Map<String, double[]> slope = new HashMap<>();
        weights.forEach((name, values) -> {
            theta.put(name, doubles(values.toArray(ValueLayout.JAVA_FLOAT)));
            slope.put(name, new double[theta.get(name).length]);
        });
        List<TaskLoss> losses = exact(theta, step, slope);
        gradients.forEach((name, values) -> {
            double[] of = slope.get(name);
            for (int k = 0; k < of.length; k++) {
                values.setAtIndex(ValueLayout.JAVA_FLOAT, k, (float) of[k]);
            }
        });
        return losses;
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        Arrays.setAll(doubles, k -> values[k]);
        return doubles;
    }

    /// The same in double throughout.
    List<TaskLoss> exact(Map<String, double[]> weights, int step, Map<String, double[]> gradients) {
        List<TaskLoss> losses = new ArrayList<>();
        for (int t = 0; t < x.length; t++) {
            long[] predicted = new long[head[t].length];
            double loss = 0;
            for (int b = 0; b < BATCHES; b++) {
                int first = BATCH * ((2 * step + b) % 4);
                for (int row = first; row < first + BATCH; row++) {
                    loss += sample(weights, x[t][row], head[t], gradients, predicted) / BATCH;
                }
            }
            losses.add(new TaskLoss(loss, loss / BATCHES, predicted));
        }
        return losses;
    }

    /// The entropy of one sample; adds its gradient, divided by the size of a batch.
    private static double sample(
            Map<String, double[]> weights,
            float[] input,
            float[][] head,
            Map<String, double[]> gradients,
            long[] predicted) {
        double[] h = affine(weights, "l1", input.length, k -> input[k]);
        double[] y = affine(weights, "l2", h.length, k -> Math.max(0, h[k]));
        double length = Math.sqrt(Arrays.stream(y).map(v -> v * v).sum());
        double[] z = Arrays.stream(y).map(v -> v / length).toArray();
        double[] logits = new double[head.length];
        Arrays.setAll(logits, c -> dot(head[c], z));
        double most = Arrays.stream(logits).max().orElseThrow();
        double logSum = most
                + Math.log(Arrays.stream(logits).map(l -> Math.exp(l - most)).sum());
        double entropy = 0;
        for (double logit : logits) {
            entropy -= Math.exp(logit - logSum) * (logit - logSum);
        }
        predicted[Arrays.stream(logits).boxed().toList().indexOf(most)]++;
        double[] dz = new double[z.length];
        for (int c = 0; c < logits.length; c++) {
            double slope = -Math.exp(logits[c] - logSum) * (logits[c] - logSum + entropy) / BATCH;
            for (int j = 0; j < dz.length; j++) {
                dz[j] += slope * head[c][j];
            }
        }
        double along = 0;
        for (int j = 0; j < z.length; j++) {
            along += dz[j] * z[j];
        }
        double[] dh = new double[h.length];
        double[] w2 = weights.get("l2.weight");
        for (int j = 0; j < z.length; j++) {
            double dy = (dz[j] - along * z[j]) / length;
            gradients.get("l2.bias")[j] += dy;
            for (int k = 0; k < h.length; k++) {
                gradients.get("l2.weight")[j * h.length + k] += dy * Math.max(0, h[k]);
                dh[k] += h[k] > 0 ? dy * w2[j * h.length + k] : 0;
            }
        }
        for (int k = 0; k < h.length; k++) {
            gradients.get("l1.bias")[k] += dh[k];
            for (int i = 0; i < input.length; i++) {
                gradients.get("l1.weight")[k * input.length + i] += dh[k] * input[i];
            }
        }
        return entropy;
    }

    private interface Input {
        double at(int k);
    }

    private static double[] affine(Map<String, double[]> weights, String layer, int in, Input input) {
        double[] out = weights.get(layer + ".bias").clone();
        double[] w = weights.get(layer + ".weight");
        for (int j = 0; j < out.length; j++) {
            for (int k = 0; k < in; k++) {
                out[j] += w[j * in + k] * input.at(k);
            }
        }
        return out;
    }

    private static double dot(float[] a, double[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += a[j] * b[j];
        }
        return sum;
    }
}
