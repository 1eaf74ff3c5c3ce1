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
///                                              within 1.4e-3 of tanh(x), and within 1e-6 absolutely for |x| <= 1
/// ```
///
/// The loops are plain float32 arithmetic, which the compiler vectorises.
final class ScoreBounds {
    /// Relative error of the exponential, and of the score of one tangent, with room for rounding.
    static final float EXP_ERROR = 4e-4f;
    static final float TANH_ERROR = 2e-3f;
    /// Absolute error of a tangent of at most 1.
    static final float SMALL_TANH_ERROR = 2e-6f;

    /// Below it the tangent is its argument, within [#TANH_ERROR] and [#SMALL_TANH_ERROR].
    private static final float SMALL = 0x1p-8f;

    private static final int MOST_TASKS = 16;
    /// Below it the errors of denormals are no longer relative.
    private static final int SMALLEST_KEY = FloatKey.of(1e-30f);
    private static final int LARGEST_KEY = FloatKey.of(Float.MAX_VALUE);

    private final int n;
    private final float[] inter;
    private final float[] tangent;
    private final float[] error;
    private final int[] flags;

    /// @param slice lends scratch space
    ScoreBounds(Slice slice) {
        n = slice.taskCount();
        inter = slice.scratch();
        tangent = slice.scratch();
        error = slice.scratch();
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

    /// Approximates the scores of one task, and lists where they may lie inside a window.
    ///
    /// @param normalised N_i in [0, 1]
    /// @param left factor of every tangent's argument
    /// @param right the other factors, `[k][m]`; if there are several, all arguments are at most 1
    /// @param beta takes the approximation
    /// @return how many indexes there are
    int list(float[] normalised, float[] left, float[][] right, RankWindow[] windows, float[] beta, int[] indexes) {
        Balance.scaledSquare(n, normalised, beta);
        exp(beta);
        Arrays.fill(flags, 0);
        if (right.length == 1) {
            Balance.multiply(left, right[0], tangent);
            tanh(tangent);
            Kernels.multiply(beta, tangent);
            for (RankWindow window : windows) {
                widened(window).flag(beta, flags);
            }
        } else {
            Arrays.fill(inter, 0);
            for (float[] other : right) {
                Balance.multiply(left, other, tangent);
                tanh(tangent);
                Kernels.add(tangent, inter);
            }
            absoluteError(beta, inter, right.length * SMALL_TANH_ERROR, error);
            Kernels.multiply(beta, inter);
            float[] least = tangent;
            float[] most = inter;
            Kernels.subtract(beta, error, least);
            Kernels.addScaled(beta, 1, error, most);
            for (RankWindow window : windows) {
                window.flagOverlapping(least, most, flags);
            }
        }
        return RankWindow.list(flags, indexes);
    }

    /// What an approximation within the relative error may be if the score lies inside.
    private static RankWindow widened(RankWindow window) {
        float error = EXP_ERROR + TANH_ERROR;
        int to = window.to() > LARGEST_KEY ? Integer.MAX_VALUE : FloatKey.of(FloatKey.value(window.to()) * (1 + error));
        return new RankWindow(FloatKey.of(FloatKey.value(window.from()) * (1 - error)), to);
    }

    private static void absoluteError(float[] exponential, float[] inter, float interError, float[] out) {
        for (int j = 0; j < out.length; j++) {
            out[j] = exponential[j] * (Math.abs(inter[j]) * EXP_ERROR + interError);
        }
    }

    static void exp(float[] x) {
        for (int j = 0; j < x.length; j++) {
            float t = x[j] * (1f / 256);
            float p = 1 + t * (1 + t * (0.5f + t * (1f / 6 + t * (1f / 24 + t * (1f / 120)))));
            p *= p;
            p *= p;
            p *= p;
            p *= p;
            p *= p;
            p *= p;
            p *= p;
            p *= p;
            x[j] = p;
        }
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
