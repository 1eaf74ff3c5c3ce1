package org.modelmerge.twin;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.arithmetic.TaskArithmetic;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.method.Coefficients;
import org.modelmerge.method.Density;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.method.Scan;
import org.modelmerge.svd.SvdMode;

/// Twin-Merging: one shared expert, and per task a compressed exclusive expert, put together input by input.
///
/// ```
/// theta_s = theta_0 + lambda * sum_i tau_i             shared expert, or any finished merge
/// v_i     = compress(theta_i - theta_s)                exclusive experts, tensor by tensor
/// theta*  = theta_s + sum_i w_i v_i                    w = softmax(router(input))
/// ```
///
/// As a merge method it is the first line, the merge that `shared.safetensors` holds; extraction adds the second
/// and composition the third.
///
/// Source: Lu et al., "Twin-Merging: Dynamic Integration of Modular Expertise in Model Merging", 2024,
/// arXiv:2406.15479; code LZY-the-boys/Twin-Merging at f481c60. Differs: factors are stored as factors, where the code
/// keeps dense matrices; tensors with more than two dimensions are factored as `[d0, rest]`, where the code raises; a
/// truncated SVD takes the place of a full one; biases are routed by default, where the code takes those of the true
/// task.
///
/// @param maskRate share that compression leaves out, strictly between 0 and 1
/// @param strategy how the differences are compressed
/// @param lambda coefficient of the shared expert; the authors use 0.29 and 0.3
/// @param shared a finished merge that is to be the shared expert, null to make one by task arithmetic; lambda has no
///     effect where it is given
/// @param biases what becomes of biases
/// @param svd how singular vectors are computed
/// @param seed of masks and random subspaces
/// @param adapters what LoRA adapters in the places of experts stand for; excludes `shared` where separate
public record TwinMerging(
        double maskRate,
        Strategy strategy,
        Coefficients lambda,
        @Nullable Path shared,
        Biases biases,
        SvdMode svd,
        long seed,
        Adapters adapters)
        implements MergeMethod {
    /// The name on the command line.
    public static final String NAME = "twin";

    /// The option that says what adapters stand for.
    static final String ADAPTERS = "adapters";

    /// The official settings: rank or count of 10%, SVD, lambda 0.3; biases routed.
    public static final TwinMerging OFFICIAL =
            new TwinMerging(0.9, Strategy.SVD, Coefficients.shared(0.3f), null, Biases.ROUTED, SvdMode.AUTO, 0);

    public TwinMerging {
        if (!(maskRate > 0 && maskRate < 1)) {
            throw new IllegalArgumentException("mask rate " + maskRate + " is not strictly between 0 and 1");
        }
        if (shared != null && adapters == Adapters.SEPARATE) {
            throw new IllegalArgumentException("separate adapters with the shared expert " + shared);
        }
    }

    /// The same with adapters folded into the base.
    public TwinMerging(
            double maskRate,
            Strategy strategy,
            Coefficients lambda,
            @Nullable Path shared,
            Biases biases,
            SvdMode svd,
            long seed) {
        this(maskRate, strategy, lambda, shared, biases, svd, seed, Adapters.PRODUCT);
    }

    /// Reads a mask rate.
    ///
    /// @param text `90%` or `0.9`
    /// @throws MergeException `USAGE` unless it lies strictly between 0 and 1
    public static double parseMaskRate(String text) throws MergeException {
        double rate;
        try {
            rate = Density.parse(text).fraction();
        } catch (MergeException _) {
            rate = 1;
        }
        if (rate >= 1) {
            throw MergeException.of(
                    ErrorCode.USAGE,
                    "bad mask-rate (got " + Printable.text(text)
                            + ", expected a share strictly between 0 and 1, as 90% or 0.9)");
        }
        return rate;
    }

    /// What is kept, in double as the official code computes it: at a mask rate of 0.9 a little less than 0.1.
    public double density() {
        return 1 - maskRate;
    }

    /// How a tensor is kept, null if exclusive experts have none of it.
    @Nullable
    Form form(String name, int dimensions) {
        if (Biases.isBias(name) && biases != Biases.ROUTED) {
            return biases == Biases.SHARED ? null : Form.ORACLE;
        }
        if (dimensions < 2) {
            return Form.DENSE;
        }
        return strategy == Strategy.SVD ? Form.FACTORS : Form.SPARSE;
    }

    @Override
    public Step prepare(Scan scan) throws MergeException {
        if (shared != null) {
            return slice -> System.arraycopy(slice.base(), 0, slice.out(), 0, slice.size());
        }
        return new TaskArithmetic(lambda).prepare(scan);
    }

    @Override
    public MergeMethod bind(Outline models) throws MergeException {
        lambda.checkCount(models.tasks().size());
        return this;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Map<String, Object> parameters() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("mask-rate", maskRate);
        parameters.put("strategy", word(strategy));
        if (shared == null) {
            parameters.put("lambda", lambda.value());
        } else {
            // Headers and recipes hold no folder of this machine.
            parameters.put("shared", String.valueOf(shared.getFileName()));
        }
        parameters.put("biases", word(biases));
        if (strategy == Strategy.SVD) {
            parameters.put("svd", word(svd));
        }
        if (seed != 0) {
            parameters.put("seed", seed);
        }
        if (adapters == Adapters.SEPARATE) {
            parameters.put(ADAPTERS, word(adapters));
        }
        return parameters;
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public List<PassDescription> passes() {
        return List.of(PassDescription.of("shared expert"));
    }
}
