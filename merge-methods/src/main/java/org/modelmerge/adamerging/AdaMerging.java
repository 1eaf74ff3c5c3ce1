package org.modelmerge.adamerging;

import static org.modelmerge.kernel.Kernels.addScaled;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Density;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.method.Scan;
import org.modelmerge.method.SignElection;
import org.modelmerge.method.Slice;

/// AdaMerging with given coefficients: each tensor has its own coefficient per task.
///
/// ```
/// out_l = theta_0,l + sum_i clamp(Lambda[l,i], 0, 1) * tau_i,l      tasks from the left
/// ```
///
/// With `plusPlus`, tau_i is replaced by e_i: trimmed as in TIES and kept where it has the elected sign.
///
/// Source: Yang et al., "AdaMerging: Adaptive Model Merging for Multi-Task Learning", 2024, arXiv:2310.02575; code
/// EnnengYang/AdaMerging at cea1165. Differs: "layer-wise" is per tensor, as in the code.
///
/// @param coefficients Lambda before the clamp
/// @param plusPlus the density of AdaMerging++ (the authors keep 20%), or null for AdaMerging
/// @param clamped whether coefficients are clamped to [0, 1], as in the authors' code
public record AdaMerging(
        CoefficientTable coefficients, @Nullable Density plusPlus, boolean clamped) implements MergeMethod {
    /// With coefficients clamped to [0, 1].
    public AdaMerging(CoefficientTable coefficients, @Nullable Density plusPlus) {
        this(coefficients, plusPlus, true);
    }

    @Override
    public Step prepare(Scan scan) throws MergeException {
        if (plusPlus == null) {
            return slice -> addTasks(slice, slice.tau());
        }
        SignElection election = SignElection.overModel(scan, plusPlus);
        return slice -> addTasks(slice, elected(slice, election));
    }

    private void addTasks(Slice slice, float[][] tau) {
        List<Float> lambda = coefficients.row(slice.tensor());
        float[] theta = slice.base();
        for (int i = 0; i < tau.length; i++) {
            float factor = clamped ? Math.clamp(lambda.get(i), 0f, 1f) : lambda.get(i);
            addScaled(theta, factor, tau[i], slice.out());
            theta = slice.out();
        }
    }

    /// e_i of AdaMerging++, `[n][m]`.
    static float[][] elected(Slice slice, SignElection election) {
        float[][] u = election.trimmed(slice);
        election.keepElected(u, slice);
        return u;
    }

    @Override
    public MergeMethod bind(Outline models) throws MergeException {
        return new AdaMerging(coefficients.resolve(models), plusPlus, clamped);
    }

    @Override
    public String name() {
        return "adamerging";
    }

    @Override
    public Map<String, Object> parameters() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        Map<String, Object> table = coefficients.value();
        parameters.put("granularity", table.getOrDefault("granularity", ""));
        parameters.put("plus-plus", plusPlus != null);
        if (plusPlus != null) {
            parameters.put("density", plusPlus.fraction());
        }
        if (!clamped) {
            parameters.put("no-clamp", true);
        }
        parameters.put("coefficients", table);
        return parameters;
    }

    @Override
    public List<PassDescription> passes() {
        List<PassDescription> passes = new ArrayList<>();
        if (plusPlus != null) {
            passes.addAll(SignElection.passesOverModel(plusPlus));
        }
        passes.add(PassDescription.of("emit"));
        return passes;
    }
}
