package org.modelmerge.pcb;

import org.modelmerge.kernel.Kernels;
import org.modelmerge.kernel.Transcendentals;
import org.modelmerge.method.Slice;

/// The scores of one competition: intra-balance times inter-balance, per task and element.
///
/// exp and tanh have the bits of StrictMath's, rounded to float32, in every pass and on every machine.
final class Balance {
    private final PcbVariant variant;
    private final Competitors competitors;
    private final float[][] magnitude;

    /// @param magnitude `[all tasks][2]` the clamp bounds of |tau_i|
    Balance(PcbVariant variant, Competitors competitors, float[][] magnitude) {
        this.variant = variant;
        this.competitors = competitors;
        this.magnitude = magnitude;
    }

    Slice competing(Slice whole) {
        return competitors.of(whole);
    }

    /// The task index of competitor `k`.
    int task(int k) {
        return competitors.task(k);
    }

    /// C_i = sign(tau_i) A_i, `[n][m]`.
    float[][] clamped(Slice slice) {
        float[][] c = new float[slice.taskCount()][];
        for (int i = 0; i < c.length; i++) {
            c[i] = slice.zeros();
            clampSigned(slice.tau()[i], low(i), high(i), c[i]);
        }
        return c;
    }

    /// beta_i, `[n][m]`.
    float[][] scores(Slice whole) {
        Slice slice = competing(whole);
        float[][] tau = slice.tau();
        int n = tau.length;
        float[][] beta = new float[n][];
        float[][] signed = new float[n][];
        float[] sum = slice.zeros();
        float[] product = slice.zeros();
        for (int i = 0; i < n; i++) {
            beta[i] = slice.zeros();
            clampAndNormaliseMagnitude(tau[i], low(i), high(i), beta[i]);
            signed[i] = variant.lambdaAfterRatio() ? tau[i] : withSign(tau[i], beta[i], slice.zeros());
            Kernels.add(signed[i], sum);
        }
        for (int i = 0; i < n; i++) {
            float[] inter = slice.zeros();
            switch (variant) {
                case ROOT, NLP, VISION_MAIN -> addTanhOfProduct(tau[i], sum, product, inter);
                case VISION_ES -> {
                    for (float[] other : signed) {
                        addTanhOfProduct(signed[i], other, product, inter);
                    }
                }
            }
            expOfSquare(n, beta[i]);
            Kernels.multiply(beta[i], inter);
        }
        return beta;
    }

    private float low(int k) {
        return magnitude[task(k)][0];
    }

    private float high(int k) {
        return magnitude[task(k)][1];
    }

    /// `out[j] = sign(x[j]) * clamp(|x[j]|, low, high)`; zeros stay zero.
    static void clampSigned(float[] x, float low, float high, float[] out) {
        for (int j = 0; j < out.length; j++) {
            out[j] = Math.signum(x[j]) * Math.min(Math.max(Math.abs(x[j]), low), high);
        }
    }

    private static void clampAndNormaliseMagnitude(float[] x, float low, float high, float[] out) {
        Kernels.magnitude(x, out);
        clampAndNormalise(out, low, high, out);
    }

    /// `out[j] = (clamp(x[j], low, high) - low) / (high - low)`.
    static void clampAndNormalise(float[] x, float low, float high, float[] out) {
        float range = high - low;
        for (int j = 0; j < out.length; j++) {
            out[j] = (Math.min(Math.max(x[j], low), high) - low) / range;
        }
    }

    private static float[] withSign(float[] x, float[] magnitude, float[] out) {
        for (int j = 0; j < out.length; j++) {
            out[j] = Math.signum(x[j]) * magnitude[j];
        }
        return out;
    }

    /// `sum[j] += tanh(a[j] * b[j])`.
    ///
    /// @param product scratch space
    private static void addTanhOfProduct(float[] a, float[] b, float[] product, float[] sum) {
        for (int j = 0; j < product.length; j++) {
            product[j] = a[j] * b[j];
        }
        Transcendentals.tanh(product);
        Kernels.add(product, sum);
    }

    /// `x[j] = exp(n * x[j]^2)`.
    private static void expOfSquare(int n, float[] x) {
        for (int j = 0; j < x.length; j++) {
            x[j] = n * (x[j] * x[j]);
        }
        Transcendentals.exp(x);
    }

    /// `sum[j] += lambda * c[j] * w[j]`, from the left.
    static void addWeighted(float lambda, float[] c, float[] w, float[] sum) {
        for (int j = 0; j < sum.length; j++) {
            sum[j] += lambda * c[j] * w[j];
        }
    }

    /// `a[j] /= max(b[j], least)`.
    static void divideByAtLeast(float[] a, float[] b, float least) {
        for (int j = 0; j < a.length; j++) {
            a[j] /= Math.max(b[j], least);
        }
    }
}
