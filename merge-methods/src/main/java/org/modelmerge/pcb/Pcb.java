package org.modelmerge.pcb;

import static org.modelmerge.kernel.Kernels.addScaled;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.method.Coefficients;
import org.modelmerge.method.Density;
import org.modelmerge.method.LinearInLambda;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.method.Scan;
import org.modelmerge.method.Slice;

/// PCB-Merging (parameter competition balancing): weigh each element of each task vector by its importance within the
/// task and its agreement with the other tasks, drop the low scores, average with the weights.
///
/// ```
/// A_i    = |tau_i| clamped to its quantiles q and 1-q;  C_i = sign(tau_i) A_i;  N_i = norm(A_i)
/// beta_i = exp(n N_i^2) * inter_i                       intra- times inter-balance
/// w_i    = norm(beta_i clamped from below at its quantile 1-density)
/// tv     = sum_i C_i w_i / max(sum_i w_i, 1e-12)
/// out    = theta_0 + lambda tv                          a list, and the vision variants: lambda_i inside the sum
///
/// norm(x) = (x - min) / (max - min) per task over the model
/// inter_i = tanh(tau_i sum_j tau_j)                     root (q = 0.0001), nlp (q = 0.01)
///         = tanh(tau_i sum_j S_j), S_j = sign(tau_j) N_j    vision-main (q = 0.01)
///         = sum_j tanh(S_i S_j)                         vision-es (q = 0.01)
/// ```
///
/// Source: Du et al., "Parameter Competition Balancing for Model Merging", 2024, arXiv:2410.02396; code
/// duguodong7/pcb-merging at 5897888. Differs: as in the code, not the paper, the balances are exp and tanh instead of
/// softmax, magnitudes are clamped, and each task's weights are rescaled to [0, 1]. A list of lambdas with root or nlp
/// is ours: inside the sum, as in vision. Where the code divides 0 by 0 we refuse by default.
///
/// @param variant which of the authors' four formulas
/// @param density share of scores kept, in (0, 1]; the papers use 0.05 to 0.2
/// @param lambda factor of the merged task vector, no unit; the authors use 1.2 (vision) and sweep 0.8 to 2.2 (NLP)
/// @param degenerate what to do with a task that cannot be normalised
public record Pcb(PcbVariant variant, Density density, Coefficients lambda, Degenerate degenerate)
        implements LinearInLambda {
    private static final String MAGNITUDES = "magnitude quantiles";
    private static final String SCORES = "score quantiles";

    @Override
    public Directions directions(Scan scan) throws MergeException {
        long size = scan.size();
        double q = variant.clamp();
        float[][] magnitude =
                scan.ranks(MAGNITUDES, Slice::magnitude, (long) (size * q), Math.max(0, (long) (size * (1 - q) - 1)));
        Competitors competitors = Competitors.all(scan.tasks());
        for (int i = 0; i < magnitude.length; i++) {
            if (collapses(magnitude[i])) {
                competitors = withoutDegenerate(competitors, i, "clamped magnitudes", magnitude[i][1], scan);
            }
        }
        while (true) {
            Balance balance = new Balance(variant, competitors, magnitude);
            float[][] score = scan.ranks(SCORES, balance, (long) (size * (1 - density.fraction())), size - 1);
            Competitors distinct = competitors;
            for (int k = 0; k < score.length && distinct == competitors; k++) {
                if (collapses(score[k])) {
                    distinct = withoutDegenerate(competitors, competitors.task(k), "kept scores", score[k][1], scan);
                }
            }
            if (distinct == competitors) {
                Competition competition = new Competition(balance, score);
                return isLambdaInside() ? competition : competition.settled();
            }
            competitors = distinct;
        }
    }

    private boolean isLambdaInside() {
        return lambda instanceof Coefficients.PerTask || !variant.lambdaAfterRatio();
    }

    @Override
    public void combine(Slice slice, float[][] directions) {
        if (isLambdaInside()) {
            addScaled(slice.base(), 1, Competition.weightedMean(lambda, slice, directions), slice.out());
        } else {
            addScaled(slice.base(), lambda.of(0), directions[0], slice.out());
        }
    }

    @Override
    public Pcb withUnitLambda() {
        return new Pcb(variant, density, lambda.ones(), degenerate);
    }

    /// Whether min-max normalisation divides 0 by 0.
    private static boolean collapses(float[] bounds) {
        return !(bounds[0] < bounds[1]);
    }

    private Competitors withoutDegenerate(Competitors from, int task, String what, float value, Scan scan)
            throws MergeException {
        String name = Printable.text(scan.tasks().get(task));
        String problem = "task " + name + " cannot be balanced: its " + what + " are all equal (" + value + ", D = "
                + scan.size() + ")";
        switch (degenerate) {
            case NAN -> {
                return from;
            }
            case SKIP_TASK -> {
                Competitors rest = from.without(task);
                if (rest.count() > 0) {
                    scan.warn(problem + "; skipped as if it had not been given");
                    return rest;
                }
                throw MergeException.of(ErrorCode.DEGENERATE, problem + " and no other task is left");
            }
            case FAIL ->
                throw MergeException.of(ErrorCode.DEGENERATE, problem)
                        .withHint(
                                "pass --degenerate skip-task to merge without it, or --degenerate nan for the official"
                                        + " result");
        }
        throw new IllegalStateException(degenerate.toString());
    }

    @Override
    public MergeMethod bind(Outline models) throws MergeException {
        lambda.checkCount(models.tasks().size());
        return this;
    }

    /// The official result of a degenerate task is NaN everywhere.
    @Override
    public boolean keepsAgreement() {
        return degenerate != Degenerate.NAN;
    }

    @Override
    public boolean mayEmitNonFinite() {
        return degenerate == Degenerate.NAN;
    }

    @Override
    public String name() {
        return "pcb";
    }

    @Override
    public Map<String, Object> parameters() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("variant", word(variant));
        parameters.put("density", density.fraction());
        parameters.put("lambda", lambda.value());
        parameters.put("degenerate", word(degenerate));
        return parameters;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public List<PassDescription> passes() {
        List<PassDescription> passes = new ArrayList<>(PassDescription.ofRanks(MAGNITUDES));
        passes.addAll(PassDescription.ofRanks(SCORES));
        if (degenerate == Degenerate.SKIP_TASK) {
            passes.add(PassDescription.conditional(SCORES + " again for each skipped task (2 passes)"));
        }
        passes.add(PassDescription.of("emit"));
        return passes;
    }
}
