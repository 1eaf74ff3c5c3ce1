package org.modelmerge.pcb;

import java.util.Arrays;
import java.util.function.IntFunction;
import org.modelmerge.kernel.Kernels;
import org.modelmerge.kernel.RankWindow;
import org.modelmerge.kernel.Transcendentals;
import org.modelmerge.method.Scan;
import org.modelmerge.method.Slice;

/// The scores of one competition: intra-balance times inter-balance, per task and element.
///
/// exp and tanh have the bits of StrictMath's, rounded to float32, in every pass and on every machine. Where it is
/// known which scores matter, [ScoreBounds] settle most of the others without either function.
final class Balance implements Scan.SliceValues {
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
            c[i] = slice.scratch();
            clampSigned(slice.tau()[i], low(i), high(i), c[i]);
        }
        return c;
    }

    /// beta_i, `[n][m]`.
    @Override
    public float[][] of(Slice whole) {
        Slice slice = competing(whole);
        Factors factors = factors(slice);
        float[][] beta = new float[slice.taskCount()][];
        for (int i = 0; i < beta.length; i++) {
            beta[i] = slice.scratch();
            factors.score(i, beta[i], slice.scratch());
        }
        return beta;
    }

    /// beta_i where it lies inside a window, `[n][m]`.
    @Override
    public float[][] near(Slice whole, RankWindow[][] windows) {
        Slice slice = competing(whole);
        if (!ScoreBounds.applyTo(slice.taskCount(), windows)) {
            return of(whole);
        }
        Factors factors = factors(slice);
        ScoreBounds bounds = new ScoreBounds(slice);
        float[][] sums = factors.isSymmetric() ? ScoreBounds.tangentSums(slice, factors.left()) : null;
        int n = slice.taskCount();
        float[][] beta = new float[n][];
        int[][] indexes = new int[n][];
        int[] places = slice.intScratch();
        for (int i = 0; i < n; i++) {
            float[] normalised = factors.normalised()[i];
            beta[i] = slice.scratch();
            int open = sums == null
                    ? bounds.list(normalised, factors.left()[i], factors.right()[0], windows[i], beta[i], places)
                    : bounds.listSum(normalised, sums[i], windows[i], beta[i], places);
            indexes[i] = Arrays.copyOf(places, open);
        }
        factors.scoreAt(indexes, beta);
        return beta;
    }

    private Factors factors(Slice slice) {
        float[][] tau = slice.tau();
        int n = tau.length;
        float[][] normalised = new float[n][];
        float[][] signed = new float[n][];
        for (int i = 0; i < n; i++) {
            normalised[i] = slice.scratch();
            Kernels.magnitude(tau[i], normalised[i]);
            clampAndNormalise(normalised[i], low(i), high(i), normalised[i]);
            signed[i] = variant.lambdaAfterRatio() ? tau[i] : withSign(tau[i], normalised[i], slice.scratch());
        }
        return switch (variant) {
            case ROOT, NLP, VISION_MAIN -> new Factors(n, normalised, tau, new float[][] {sum(signed, slice)});
            case VISION_ES -> new Factors(n, normalised, signed, signed);
        };
    }

    private static float[] sum(float[][] rows, Slice slice) {
        float[] sum = slice.zeros();
        for (float[] row : rows) {
            Kernels.add(row, sum);
        }
        return sum;
    }

    /// What scores are made of: `beta_i = exp(n N_i^2) * sum_k tanh(left_i * right_k)`.
    ///
    /// @param n the number of competitors
    /// @param normalised N_i, `[rows][m]`
    /// @param left `[rows][m]`
    /// @param right `[k][m]`
    private record Factors(int n, float[][] normalised, float[][] left, float[][] right) {
        /// Whether left and right are the same, so that each argument stands in two rows.
        boolean isSymmetric() {
            return left == right;
        }

        /// Exact beta at some places only.
        ///
        /// @param indexes the places of each row
        /// @param beta takes it there, `[rows][m]`
        void scoreAt(int[][] indexes, float[][] beta) {
            float[][] columns = new float[right.length][];
            for (int k = 0; k < right.length; k++) {
                float[] column = right[k];
                columns[k] = gather(_ -> column, indexes);
            }
            Factors open = new Factors(
                    n,
                    new float[][] {gather(row -> normalised[row], indexes)},
                    new float[][] {gather(row -> left[row], indexes)},
                    columns);
            int count = open.left[0].length;
            float[] exact = new float[count];
            open.score(0, exact, new float[count]);
            int from = 0;
            for (int row = 0; row < indexes.length; row++) {
                for (int index : indexes[row]) {
                    beta[row][index] = exact[from++];
                }
            }
        }

        private static float[] gather(IntFunction<float[]> rows, int[][] indexes) {
            float[] values =
                    new float[Arrays.stream(indexes).mapToInt(of -> of.length).sum()];
            int to = 0;
            for (int row = 0; row < indexes.length; row++) {
                float[] from = rows.apply(row);
                for (int index : indexes[row]) {
                    values[to++] = from[index];
                }
            }
            return values;
        }

        /// beta of a row; changes nothing else.
        ///
        /// @param inter scratch space
        void score(int row, float[] beta, float[] inter) {
            Arrays.fill(inter, 0);
            for (float[] other : right) {
                multiply(left[row], other, beta);
                Transcendentals.tanh(beta);
                Kernels.add(beta, inter);
            }
            scaledSquare(n, normalised[row], beta);
            Transcendentals.exp(beta);
            Kernels.multiply(beta, inter);
        }
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

    /// `out[j] = a[j] * b[j]`.
    static void multiply(float[] a, float[] b, float[] out) {
        for (int j = 0; j < out.length; j++) {
            out[j] = a[j] * b[j];
        }
    }

    /// `out[j] = n * x[j]^2`.
    static void scaledSquare(int n, float[] x, float[] out) {
        for (int j = 0; j < out.length; j++) {
            out[j] = n * (x[j] * x[j]);
        }
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
