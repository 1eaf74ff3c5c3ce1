package org.modelmerge.ties;

import static org.modelmerge.kernel.Kernels.add;
import static org.modelmerge.kernel.Kernels.addScaled;
import static org.modelmerge.kernel.Kernels.countNonZero;
import static org.modelmerge.kernel.Kernels.divideByCount;
import static org.modelmerge.kernel.Kernels.maxMagnitude;
import static org.modelmerge.kernel.Kernels.multiply;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Density;
import org.modelmerge.method.LinearInLambda;
import org.modelmerge.method.Scan;
import org.modelmerge.method.SignElection;
import org.modelmerge.method.Slice;

/// TIES: trim each task vector, elect one sign per element, merge what agrees with it.
///
/// ```
/// u_i = tau_i where |tau_i| >= t_i, else 0      trim: t_i has rank D-[D*density]-1 among |tau_i|
/// s   = sign(sum_i u_i), the majority where 0   elect
/// m   = mean, sum or max of the u_i with sign s, 0 if none
/// out = theta_0 + lambda * m
/// ```
///
/// Source: Yadav et al., "TIES-Merging", 2023, arXiv:2306.01708; code prateeky2806/ties-merging at 44e7891. Differs: as
/// in the code, values equal to t_i are kept and a zero sum takes the model's majority sign; the paper has no such
/// fill. A sign that is 0 even then selects the negative values, also as in the code. `tensor` scope is ours: ranks
/// inside each tensor, the majority sign stays the model's. A density of 1 keeps all, where the code raises.
///
/// @param density share of elements kept per task, in (0, 1]
/// @param function how the agreeing values combine
/// @param scope over what the share is counted
/// @param lambda factor of the merged task vector, no unit; the authors tune it over 0.8 to 2.5
public record Ties(Density density, MergeFunction function, TrimScope scope, float lambda) implements LinearInLambda {
    @Override
    public Directions directions(Scan scan) throws MergeException {
        SignElection election =
                switch (scope) {
                    case MODEL -> SignElection.overModel(scan, density);
                    case TENSOR -> SignElection.perTensor(scan, density);
                };
        return slice -> {
            float[][] u = election.trimmed(slice);
            float[] merged =
                    switch (function) {
                        case MEAN -> mean(elected(u, election, slice), slice);
                        case SUM -> sum(elected(u, election, slice), slice);
                        case MAX -> {
                            float[] sign = election.elect(u, slice);
                            yield max(elected(u, election, slice), sign, slice);
                        }
                    };
            return new float[][] {merged};
        };
    }

    @Override
    public void combine(Slice slice, float[][] directions) {
        addScaled(slice.base(), lambda, directions[0], slice.out());
    }

    @Override
    public Ties withUnitLambda() {
        return new Ties(density, function, scope, 1);
    }

    private static float[][] elected(float[][] u, SignElection election, Slice slice) {
        election.keepElected(u, slice);
        return u;
    }

    private static float[] mean(float[][] u, Slice slice) {
        float[] sum = sum(u, slice);
        int[] count = slice.intScratch();
        Arrays.fill(count, 0);
        for (float[] ui : u) {
            countNonZero(ui, count);
        }
        divideByCount(sum, count);
        return sum;
    }

    private static float[] sum(float[][] u, Slice slice) {
        float[] sum = slice.zeros();
        for (float[] ui : u) {
            add(ui, sum);
        }
        return sum;
    }

    private static float[] max(float[][] u, float[] sign, Slice slice) {
        float[] max = slice.zeros();
        for (float[] ui : u) {
            maxMagnitude(ui, max);
        }
        multiply(max, sign);
        return max;
    }

    @Override
    public String name() {
        return "ties";
    }

    @Override
    public Map<String, Object> parameters() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("density", density.fraction());
        parameters.put("merge-function", function.name().toLowerCase(Locale.ROOT));
        parameters.put("trim-scope", scope.name().toLowerCase(Locale.ROOT));
        parameters.put("lambda", lambda);
        return parameters;
    }

    @Override
    public List<PassDescription> passes() {
        List<PassDescription> passes = new ArrayList<>(
                switch (scope) {
                    case MODEL -> SignElection.passesOverModel(density);
                    case TENSOR -> SignElection.passesPerTensor(density);
                });
        passes.add(PassDescription.of("emit"));
        return passes;
    }
}
