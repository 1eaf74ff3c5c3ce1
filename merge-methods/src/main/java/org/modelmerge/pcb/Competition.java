package org.modelmerge.pcb;

import static org.modelmerge.kernel.Kernels.add;
import static org.modelmerge.kernel.Kernels.keepWhereNonZero;

import java.util.Arrays;
import org.modelmerge.kernel.FloatKey;
import org.modelmerge.kernel.RankWindow;
import org.modelmerge.method.Coefficients;
import org.modelmerge.method.LinearInLambda.Directions;
import org.modelmerge.method.Slice;

/// What a competition leaves for the lambdas of its tasks.
///
/// ```
/// tv = sum_i (lambda_i C_i) w_i / max(sum_i w_i, 1e-12)
/// ```
///
/// The authors multiply lambda_i with C_i first, so a product C_i w_i would not give their bits: directions are the C_i
/// of all tasks, 0 where w_i is, then their w_i. A task that does not compete has zeros.
final class Competition implements Directions {
    private static final float LEAST_TOTAL = 1e-12f;

    private final Balance balance;
    private final float[][] score;
    private final RankWindow[][] kept;

    /// @param score `[n][2]` the bounds of the kept scores of each competitor
    Competition(Balance balance, float[][] score) {
        this.balance = balance;
        this.score = score;
        this.kept = new RankWindow[score.length][];
        for (int i = 0; i < kept.length; i++) {
            // Scores below the threshold weigh 0, so only the others need be exact.
            kept[i] = new RankWindow[] {new RankWindow(FloatKey.of(score[i][0]), Integer.MAX_VALUE)};
        }
    }

    @Override
    public float[][] of(Slice whole) {
        float[][] c = balance.clamped(heard(whole));
        float[][] w = weights(whole);
        int n = whole.taskCount();
        float[][] directions = new float[2 * n][];
        if (c.length < n) {
            Arrays.fill(directions, whole.zeros());
        }
        for (int i = 0; i < c.length; i++) {
            keepWhereNonZero(w[i], c[i]);
            directions[balance.task(i)] = c[i];
            directions[n + balance.task(i)] = w[i];
        }
        return directions;
    }

    @Override
    public Slice heard(Slice whole) {
        return balance.competing(whole);
    }

    private float[][] weights(Slice whole) {
        float[][] w = balance.near(whole, kept);
        for (int i = 0; i < w.length; i++) {
            Balance.clampAndNormalise(w[i], score[i][0], score[i][1], w[i]);
        }
        return w;
    }

    /// The only direction where one lambda stands behind the ratio: tv with each lambda_i 1.
    Directions settled() {
        return new Directions() {
            @Override
            public float[][] of(Slice whole) {
                float[][] c = balance.clamped(Competition.this.heard(whole));
                return new float[][] {mean(Coefficients.shared(1), whole, c, weights(whole))};
            }

            @Override
            public Slice heard(Slice whole) {
                return Competition.this.heard(whole);
            }
        };
    }

    /// tv.
    ///
    /// @param directions `[2n][m]`
    static float[] weightedMean(Coefficients lambda, Slice slice, float[][] directions) {
        int n = directions.length / 2;
        return mean(lambda, slice, Arrays.copyOf(directions, n), Arrays.copyOfRange(directions, n, directions.length));
    }

    private static float[] mean(Coefficients lambda, Slice slice, float[][] c, float[][] w) {
        float[] weighted = slice.zeros();
        float[] total = slice.zeros();
        for (int i = 0; i < c.length; i++) {
            Balance.addWeighted(lambda.of(i), c[i], w[i], weighted);
            add(w[i], total);
        }
        Balance.divideByAtLeast(weighted, total, LEAST_TOTAL);
        return weighted;
    }
}
