package org.modelmerge.pcb;

import java.util.Arrays;
import org.modelmerge.kernel.FloatKey;
import org.modelmerge.kernel.Kernels;
import org.modelmerge.kernel.RankWindow;
import org.modelmerge.method.Slice;

/// Cheap approximations of scores with a bound of their error, to tell on which side of a window most scores lie.
///
/// ```
/// exp(y)  ~ (1 + t + t^2/2 + ... + t^5/120)^256, t = y / 256    within 3e-4 of exp(y) for 0 <= y <= 16
/// tanh(x) ~ min(x (945 + 105 x^2 + x^4) / (945 + 420 x^2 + 15 x^4), 1), |x| at most 4
///                                                               within 1.4e-3 of tanh(x)
/// tanh(x) ~ x P(x^2), P of degree 5, for |x| <= 1               within 4e-7 absolutely
/// ```
///
/// P has the coefficients of least largest error. The loops are plain float32 arithmetic, which the compiler
// vectorises.
final class ScoreBounds {
    /// Relative error of the exponential, and of the score of one tangent, with room for rounding.
    static final float EXP_ERROR = 4e-4f;
    static final float TANH_ERROR = 2e-3f;
    /// Absolute error of a tangent of a number of at most 1, its share of the rounding of sums included.
    static final float SMALL_TANH_ERROR = 2e-6f;

    /// Below it the tangent is its argument, within [#TANH_ERROR].
    private static final float SMALL = 0x1p-8f;

    private static final int MOST_TASKS = 16;
    /// Below it the errors of denormals are no longer relative.
    private static final int SMALLEST_KEY = FloatKey.of(1e-30f);
    private static final int LARGEST_KEY = FloatKey.of(Float.MAX_VALUE);

    private final int n;
    private final float[] tangent;
    private final float[] most;
    private final int[] flags;

    /// @param slice lends scratch space
    ScoreBounds(Slice slice) {
        n = slice.taskCount();
        tangent = slice.scratch();
        most = slice.scratch();
        flags = slice.intScratch();
    }

    /// Whether the bounds hold for so many tasks and around these windows.
    static boolean applyTo(int tasks, RankWindow[][] windows) {
        boolean apply = tasks <= MOST_TASKS;
        for (RankWindow[] ofRow : windows) {
            for (RankWindow window : ofRow) {
                apply &= window.from() >= SMALLEST_KEY && window.from() <= LARGEST_KEY;
            }
        }
        return apply;
    }

    /// Approximates the scores `exp(n N_i^2) tanh(left_i right)` of one task.
    ///
    /// @param normalised N_i in [0, 1]
    /// @param beta takes the approximation
    /// @param indexes takes the places where a score may lie inside a window
    /// @return how many indexes there are
    int list(float[] normalised, float[] left, float[] right, RankWindow[] windows, float[] beta, int[] indexes) {
        expOfSquare(n, normalised, beta);
        Balance.multiply(left, right, tangent);
        tanh(tangent);
        Kernels.multiply(beta, tangent);
        Arrays.fill(flags, 0);
        for (RankWindow window : windows) {
            widened(window).flag(beta, flags);
        }
        return RankWindow.list(flags, indexes);
    }

    /// Approximates the scores `exp(n N_i^2) sum_k tanh(s_i s_k)` of one task.
    ///
    /// @param normalised N_i in [0, 1]
    /// @param sum of [#tangentSums]
    /// @param beta takes the approximation
    /// @param indexes takes the places where a score may lie inside a window
    /// @return how many indexes there are
    int listSum(float[] normalised, float[] sum, RankWindow[] windows, float[] beta, int[] indexes) {
        expOfSquare(n, normalised, beta);
        float[] least = tangent;
        bracket(beta, sum, n * SMALL_TANH_ERROR, least, most);
        Arrays.fill(flags, 0);
        for (RankWindow window : windows) {
            window.flagOverlapping(least, most, flags);
        }
        return RankWindow.list(flags, indexes);
    }

    /// `sum_k tanh(s_i s_k)` of all tasks i, within n times [#SMALL_TANH_ERROR].
    ///
    /// @param s in [-1, 1], `[n][m]`
    /// @return `[n][m]`
    static float[][] tangentSums(Slice slice, float[][] s) {
        float[][] sums = new float[s.length][];
        Arrays.setAll(sums, _ -> slice.zeros());
        for (int i = 0; i < s.length; i++) {
            addTangents(s[i], s[i], sums[i]);
            for (int k = i + 1; k < s.length; k++) {
                addTangents(s[i], s[k], sums[i], sums[k]);
            }
        }
        return sums;
    }

    /// What an approximation within the relative error may be if the score lies inside.
    private static RankWindow widened(RankWindow window) {
        float error = EXP_ERROR + TANH_ERROR;
        int to = window.to() > LARGEST_KEY ? Integer.MAX_VALUE : FloatKey.of(FloatKey.value(window.to()) * (1 + error));
        return new RankWindow(FloatKey.of(FloatKey.value(window.from()) * (1 - error)), to);
    }

    /// From the exponential and its factor to their product, and to what that is at least and at most.
    private static void bracket(float[] beta, float[] sum, float sumError, float[] least, float[] most) {
        for (int j = 0; j < beta.length; j++) {
            float error = beta[j] * (Math.abs(sum[j]) * EXP_ERROR + sumError);
            float score = beta[j] * sum[j];
            beta[j] = score;
            least[j] = score - error;
            most[j] = score + error;
        }
    }

    /// `out[j] = exp(n x[j]^2)`.
    static void expOfSquare(int n, float[] x, float[] out) {
        for (int j = 0; j < x.length; j++) {
            float t = n * (x[j] * x[j]) * (1f / 256);
            float p = 1 + t * (1 + t * (0.5f + t * (1f / 6 + t * (1f / 24 + t * (1f / 120)))));
            p *= p;
            p *= p;
            p *= p;
            p *= p;
            p *= p;
            p *= p;
            p *= p;
            p *= p;
            out[j] = p;
        }
    }

    /// `sum[j] += tanh(a[j] b[j])`, for products of at most 1.
    static void addTangents(float[] a, float[] b, float[] sum) {
        for (int j = 0; j < a.length; j++) {
            float x = a[j] * b[j];
            sum[j] += smallTanh(x);
        }
    }

    private static void addTangents(float[] a, float[] b, float[] first, float[] second) {
        for (int j = 0; j < a.length; j++) {
            float tanh = smallTanh(a[j] * b[j]);
            first[j] += tanh;
            second[j] += tanh;
        }
    }

    private static float smallTanh(float x) {
        float s = x * x;
        float p = 0.016114183f + s * -0.0028394663f;
        p = 0.13253525f + s * (-0.050972868f + s * p);
        p = 0.99999684f + s * (-0.33324003f + s * p);
        return x * p;
    }

    static void tanh(float[] x) {
        if (largestMagnitude(x) < SMALL) {
            return;
        }
        for (int j = 0; j < x.length; j++) {
            float y = Math.min(Math.max(x[j], -4f), 4f);
            float s = y * y;
            float ratio = y * (945 + s * (105 + s)) / (945 + s * (420 + 15 * s));
            x[j] = Math.min(Math.max(ratio, -1f), 1f);
        }
    }

    /// NaN if there is one.
    private static float largestMagnitude(float[] x) {
        float largest = 0;
        for (float value : x) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
