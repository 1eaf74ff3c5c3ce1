package org.modelmerge.arithmetic;

import static org.modelmerge.kernel.Kernels.addScaled;
import static org.modelmerge.kernel.Kernels.sumOfDifferences;

import java.util.List;
import java.util.Map;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Coefficients;
import org.modelmerge.method.LinearInLambda;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.method.Scan;
import org.modelmerge.method.Slice;

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
public record TaskArithmetic(Coefficients lambda) implements LinearInLambda {
    /// One lambda for all tasks.
    public static TaskArithmetic of(float lambda) {
        return new TaskArithmetic(Coefficients.shared(lambda));
    }

    @Override
    public Directions directions(Scan scan) {
        return switch (lambda) {
            case Coefficients.Shared _ ->
                slice -> {
                    float[] sum = slice.scratch();
                    sumOfDifferences(slice.experts(), slice.base(), sum);
                    return new float[][] {sum};
                };
            case Coefficients.PerTask _ -> Slice::tau;
        };
    }

    @Override
    public void combine(Slice slice, float[][] directions) {
        float[] sum = slice.base();
        for (int i = 0; i < directions.length; i++) {
            addScaled(sum, lambda.of(i), directions[i], slice.out());
            sum = slice.out();
        }
    }

    @Override
    public TaskArithmetic withUnitLambda() {
        return new TaskArithmetic(lambda.ones());
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
