package org.modelmerge.arithmetic;

import static org.modelmerge.kernel.Kernels.addScaled;
import static org.modelmerge.kernel.Kernels.sumOfDifferences;

import java.util.List;
import java.util.Map;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Coefficients;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.method.Scan;

/// Task arithmetic: the base plus the scaled sum of the task vectors; a negative lambda forgets.
///
/// ```
/// out = theta_0 + lambda * (tau_1 + ... + tau_n)               one lambda
/// out = theta_0 + lambda_1 * tau_1 + ... + lambda_n * tau_n    one per task, from the left
/// ```
///
/// Source: Ilharco et al., "Editing Models with Task Arithmetic", 2023, arXiv:2212.04089; code
/// mlfoundations/task_vectors at 826a64c. Differs: a list of lambdas is AdaMerging's form without the clamp.
///
/// @param lambda no unit; the authors use 0.3 for eight tasks and tune it over 0 to 1
public record TaskArithmetic(Coefficients lambda) implements MergeMethod {
    /// One lambda for all tasks.
    public static TaskArithmetic of(float lambda) {
        return new TaskArithmetic(Coefficients.shared(lambda));
    }

    @Override
    public Step prepare(Scan scan) {
        return switch (lambda) {
            case Coefficients.Shared(float shared) ->
                slice -> {
                    float[] sum = slice.scratch();
                    sumOfDifferences(slice.experts(), slice.base(), sum);
                    addScaled(slice.base(), shared, sum, slice.out());
                };
            case Coefficients.PerTask perTask ->
                slice -> {
                    addScaled(slice.base(), perTask.of(0), slice.tau()[0], slice.out());
                    for (int i = 1; i < slice.taskCount(); i++) {
                        addScaled(slice.out(), perTask.of(i), slice.tau()[i], slice.out());
                    }
                };
        };
    }

    @Override
    public MergeMethod bind(Outline models) throws MergeException {
        lambda.checkCount(models.tasks().size());
        return this;
    }

    @Override
    public String name() {
        return "task-arithmetic";
    }

    @Override
    public Map<String, Object> parameters() {
        return Map.of("lambda", lambda.value());
    }

    @Override
    public List<PassDescription> passes() {
        return List.of(PassDescription.of("emit"));
    }
}
