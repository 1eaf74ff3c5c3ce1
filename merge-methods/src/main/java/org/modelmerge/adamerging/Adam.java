package org.modelmerge.adamerging;

/// The optimiser Adam with torch's defaults and torch's order of operations, in double.
///
/// ```
/// m = b1 m + (1 - b1) g        v = b2 v + (1 - b2) g^2
/// x = x - lr / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + eps)
/// ```
///
/// Source: Kingma and Ba, "Adam", 2015, arXiv:1412.6980, with eps outside of the corrected root, as torch.optim.Adam
/// computes it.
final class Adam {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;

    private final double learningRate;
    private final double[] m;
    private final double[] v;
    private int t;

    Adam(double learningRate, int size) {
        this(learningRate, new double[size], new double[size], 0);
    }

    /// @param m first moments, used as they are
    /// @param v second moments, used as they are
    /// @param t steps that were made
    Adam(double learningRate, double[] m, double[] v, int t) {
        this.learningRate = learningRate;
        this.m = m;
        this.v = v;
        this.t = t;
    }

    void step(double[] x, double[] gradient) {
        t++;
        double stepSize = learningRate / (1 - StrictMath.pow(BETA1, t));
        double root = Math.sqrt(1 - StrictMath.pow(BETA2, t));
        for (int k = 0; k < x.length; k++) {
            double g = gradient[k];
            m[k] = BETA1 * m[k] + (1 - BETA1) * g;
            v[k] = BETA2 * v[k] + (1 - BETA2) * g * g;
            x[k] -= stepSize * m[k] / (Math.sqrt(v[k]) / root + EPSILON);
        }
    }

    double[] firstMoments() {
        return m.clone();
    }

    double[] secondMoments() {
        return v.clone();
    }
}
