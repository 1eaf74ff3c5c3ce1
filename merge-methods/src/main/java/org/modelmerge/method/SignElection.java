package org.modelmerge.method;

import java.util.ArrayList;
import java.util.List;
import org.modelmerge.error.MergeException;
import org.modelmerge.kernel.Kernels;
import org.modelmerge.kernel.RankWindow;
import org.modelmerge.method.MergeMethod.PassDescription;

/// Trim and elect, the first two steps of TIES, shared by every method that builds on them.
///
/// ```
/// u_i = tau_i where |tau_i| >= t_i, else 0      trim
/// s   = sign(sum_i u_i), the majority where 0   elect
/// ```
///
/// @param threshold t_i, `[1][n]` for the whole model or `[tensor][n]`
/// @param majority the sign that most elements of the model elect: 1, -1, or 0 when balanced
public record SignElection(float[][] threshold, float majority) {
    private static final String THRESHOLDS = "thresholds";
    private static final String BALANCE = "sign balance";

    /// Measures thresholds over the whole model, and the majority sign; passes as in [#passesOverModel(Density)].
    ///
    /// Values equal to the threshold are kept, and the majority sign fills zero sums, as in the official code.
    public static SignElection overModel(Scan scan, Density density) throws MergeException {
        if (density.thresholdRank(scan.size()) < 0) {
            return withMajority(scan, new float[1][scan.tasks().size()]);
        }
        long rank = density.thresholdRank(scan.size());
        RankWindow[][] windows = scan.windows(THRESHOLDS, Slice::magnitude, rank);
        TrimStatistic.Trimmed trimmed = windows.length == 0
                ? TrimStatistic.Trimmed.UNKNOWN
                : scan.measure(new TrimStatistic(THRESHOLDS, windows, rank));
        float[][] threshold = {
            trimmed.isThresholdKnown()
                    ? trimmed.threshold()
                    : firstColumn(scan.exactRanks(THRESHOLDS, Slice::magnitude, rank))
        };
        return trimmed.isBalanceKnown()
                ? new SignElection(threshold, Long.signum(trimmed.balance()))
                : withMajority(scan, threshold);
    }

    /// Measures thresholds inside each tensor, and the majority sign of the model.
    public static SignElection perTensor(Scan scan, Density density) throws MergeException {
        return withMajority(
                scan,
                density.keepsAll()
                        ? new float[1][scan.tasks().size()]
                        : scan.tensorRanks(THRESHOLDS, Slice::magnitude, density::thresholdRank));
    }

    /// The passes of [#overModel(Scan, Density)]: one pass counts what gives the thresholds and the balance.
    public static List<PassDescription> passesOverModel(Density density) {
        if (density.keepsAll()) {
            return List.of(PassDescription.of(BALANCE));
        }
        List<PassDescription> passes = new ArrayList<>(PassDescription.ofRanks(THRESHOLDS));
        passes.add(PassDescription.conditional(BALANCE));
        return passes;
    }

    /// The passes of [#perTensor(Scan, Density)].
    public static List<PassDescription> passesPerTensor(Density density) {
        PassDescription balance = PassDescription.of(BALANCE);
        return density.keepsAll() ? List.of(balance) : List.of(PassDescription.ofTensors(THRESHOLDS), balance);
    }

    private static SignElection withMajority(Scan scan, float[][] threshold) throws MergeException {
        SignElection tied = new SignElection(threshold, 0);
        long balance = scan.total(BALANCE, slice -> Kernels.signBalance(sum(tied.trimmed(slice), slice)));
        return new SignElection(threshold, Long.signum(balance));
    }

    private static float[] firstColumn(float[][] rows) {
        float[] column = new float[rows.length];
        for (int i = 0; i < column.length; i++) {
            column[i] = rows[i][0];
        }
        return column;
    }

    /// u_i, `[n][m]`.
    public float[][] trimmed(Slice slice) {
        float[] t = threshold[threshold.length == 1 ? 0 : slice.tensorIndex()];
        float[][] u = new float[slice.taskCount()][];
        for (int i = 0; i < u.length; i++) {
            u[i] = slice.scratch();
            Kernels.trim(slice.tau()[i], t[i], u[i]);
        }
        return u;
    }

    /// s, `[m]`.
    public float[] elect(float[][] u, Slice slice) {
        float[] sign = sum(u, slice);
        Kernels.signOr(majority, sign);
        return sign;
    }

    /// Keeps of each u_i what has the elected sign, and sets the rest to 0; a sign of 0 selects the negative values, as
    /// in the official code.
    public void keepElected(float[][] u, Slice slice) {
        int[] negative = slice.intScratch();
        Kernels.signs(sum(u, slice), majority > 0 ? 0 : -1, negative);
        for (float[] ui : u) {
            Kernels.keepSigned(ui, negative);
        }
    }

    static float[] sum(float[][] u, Slice slice) {
        float[] sum = slice.zeros();
        for (float[] ui : u) {
            Kernels.add(ui, sum);
        }
        return sum;
    }
}
