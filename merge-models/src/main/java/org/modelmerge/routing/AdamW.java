package org.modelmerge.routing;

import java.util.LinkedHashMap;
import java.util.Map;

/// The optimiser AdamW for named arrays, in float32 as PyTorch runs it.
///
/// ```
/// m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2                  b1 = 0.9, b2 = 0.999
/// theta = theta - rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + 1e-8)
/// ```
///
/// Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2017, arXiv:1711.05101. The official router
/// is trained with the defaults of transformers' Trainer, where the weight decay is 0, so there is none here.
public final class AdamW {
    private static final double B1 = 0.9;
    private static final double B2 = 0.999;
    private static final double EPSILON = 1e-8;

    private final Map<String, float[]> means = new LinkedHashMap<>();
    private final Map<String, float[]> squares = new LinkedHashMap<>();
    private int step;

    /// One step along all gradients.
    ///
    /// @param parameters changed in place
    /// @param gradients one array a parameter
    /// @param rate the learning rate of this step
    public void step(Map<String, float[]> parameters, Map<String, float[]> gradients, double rate) {
        step++;
        double firstRate = rate / (1 - StrictMath.pow(B1, step));
        double correction = Math.sqrt(1 - StrictMath.pow(B2, step));
        gradients.forEach((name, gradient) -> {
            float[] theta = parameters.get(name);
            if (theta == null || theta.length != gradient.length) {
                throw new IllegalArgumentException("a gradient without a parameter: " + name);
            }
            float[] m = means.computeIfAbsent(name, _ -> new float[gradient.length]);
            float[] v = squares.computeIfAbsent(name, _ -> new float[gradient.length]);
            update(theta, gradient, m, v, firstRate, correction);
        });
    }

    private static void update(float[] theta, float[] g, float[] m, float[] v, double rate, double correction) {
        for (int i = 0; i < theta.length; i++) {
            m[i] = (float) (B1 * m[i] + (1 - B1) * g[i]);
            v[i] = (float) (B2 * v[i] + (1 - B2) * g[i] * g[i]);
            theta[i] = (float) (theta[i] - rate * m[i] / (Math.sqrt(v[i]) / correction + EPSILON));
        }
    }
}
