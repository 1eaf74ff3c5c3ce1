package org.modelmerge.method;

import java.util.ArrayList;
import java.util.List;
import org.modelmerge.error.MergeException;
import org.modelmerge.kernel.Kernels;
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

    /// Measures thresholds over the whole model, and the majority sign; three passes.
    ///
    /// Values equal to the threshold are kept, and the majority sign fills zero sums, as in the official code.
    public static SignElection overModel(Scan scan, Density density) throws MergeException {
        float[][] perTask = density.thresholdRank(scan.size()) < 0
                ? new float[scan.tasks().size()][1]
                : scan.ranks(THRESHOLDS, Slice::magnitude, density.thresholdRank(scan.size()));
        float[] threshold = new float[perTask.length];
        for (int i = 0; i < threshold.length; i++) {
            threshold[i] = perTask[i][0];
        }
        return withMajority(scan, new float[][] {threshold});
    }

    /// Measures thresholds inside each tensor, and the majority sign of the model.
    public static SignElection perTensor(Scan scan, Density density) throws MergeException {
        return withMajority(
                scan,
                density.keepsAll()
                        ? new float[1][scan.tasks().size()]
                        : scan.tensorRanks(THRESHOLDS, Slice::magnitude, density::thresholdRank));
    }

    /// The passes of [#overModel(Scan, Density)].
    public static List<PassDescription> passesOverModel(Density density) {
        List<PassDescription> passes =
                new ArrayList<>(density.keepsAll() ? List.of() : PassDescription.ofRanks(THRESHOLDS));
        passes.add(PassDescription.of(BALANCE));
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

    /// u_i, `[n][m]`.
    public float[][] trimmed(Slice slice) {
        float[] t = threshold[threshold.length == 1 ? 0 : slice.tensorIndex()];
        float[][] u = new float[slice.taskCount()][];
        for (int i = 0; i < u.length; i++) {
            u[i] = slice.zeros();
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

    /// Keeps of each u_i what has the elected sign, and sets the rest to 0.
    public static void keepElected(float[][] u, float[] sign) {
        for (float[] ui : u) {
            Kernels.agreeing(ui, sign, ui);
        }
    }

    private static float[] sum(float[][] u, Slice slice) {
        float[] sum = slice.zeros();
        for (float[] ui : u) {
            Kernels.add(ui, sum);
        }
        return sum;
    }
}
