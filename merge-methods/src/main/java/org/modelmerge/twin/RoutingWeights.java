package org.modelmerge.twin;

/// Turns what a router says into weights.
public final class RoutingWeights {
    private RoutingWeights() {}

    /// `softmax(logits)`, computed in float64 and rounded to float32; all experts take part, as in the official code.
    ///
    /// @param logits finite, one per task
    public static float[] softmax(float... logits) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        double[] powers = new double[logits.length];
        for (int i = 0; i < logits.length; i++) {
            powers[i] = StrictMath.exp(logits[i] - largest);
        }
        double sum = 0;
        for (double power : powers) {
            sum += power;
        }
        float[] weights = new float[logits.length];
        for (int i = 0; i < logits.length; i++) {
            weights[i] = (float) (powers[i] / sum);
        }
        return weights;
    }
}
