package org.modelmerge.average;

import static org.modelmerge.kernel.Kernels.add;
import static org.modelmerge.kernel.Kernels.addScaled;
import static org.modelmerge.kernel.Kernels.divide;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.method.Scan;

/// Weight averaging: the mean of the experts, or their weighted mean.
///
/// ```
/// out = (theta_1 + ... + theta_n) / n                          without weights
/// out = (w_1 theta_1 + ... + w_n theta_n) / (w_1 + ... + w_n)  with weights
/// ```
///
/// The base lends names, dtypes and copied tensors only.
///
/// Source: Wortsman et al., "Model soups", 2022, arXiv:2203.05482; code mlfoundations/task_vectors at 826a64c. Differs:
/// weights are ours; sums run left to right in task order, in float32.
///
/// @param weights one per expert, any sign, their float32 sum not 0; empty for the plain mean
public record Average(List<Float> weights) implements MergeMethod {
    public Average {
        weights = List.copyOf(weights);
    }

    /// The plain mean.
    public static Average plain() {
        return new Average(List.of());
    }

    @Override
    public Step prepare(Scan scan) {
        if (weights.isEmpty()) {
            return slice -> {
                float[] sum = slice.zeros();
                for (float[] theta : slice.experts()) {
                    add(theta, sum);
                }
                divide(sum, slice.taskCount(), slice.out());
            };
        }
        float total = total();
        return slice -> {
            float[] sum = slice.zeros();
            for (int i = 0; i < slice.taskCount(); i++) {
                addScaled(sum, weights.get(i), slice.expert(i), sum);
            }
            divide(sum, total, slice.out());
        };
    }

    private float total() {
        float total = 0;
        for (float weight : weights) {
            total += weight;
        }
        return total;
    }

    @Override
    public MergeMethod bind(Outline models) throws MergeException {
        if (models.tasks().size() == 1) {
            models.warnings().accept("the average of one expert is that expert: the base does not take part");
        }
        if (weights.isEmpty()) {
            return this;
        }
        List<String> tasks = models.tasks();
        if (weights.size() != tasks.size()) {
            throw MergeException.of(
                    ErrorCode.USAGE,
                    "--weights has the wrong length (got " + weights.size() + " numbers, expected " + tasks.size()
                            + ")");
        }
        if (total() == 0 || !Float.isFinite(total())) {
            throw MergeException.of(
                    ErrorCode.USAGE,
                    "--weights cannot be normalised (got the sum " + total() + ", expected another than 0)");
        }
        return this;
    }

    /// The mean of equal numbers may round, as its formula does.
    @Override
    public boolean keepsAgreement() {
        return false;
    }

    @Override
    public String name() {
        return "average";
    }

    @Override
    public Map<String, Object> parameters() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        if (!weights.isEmpty()) {
            parameters.put("weights", weights);
        }
        return parameters;
    }

    @Override
    public List<PassDescription> passes() {
        return List.of(PassDescription.of("emit"));
    }
}
