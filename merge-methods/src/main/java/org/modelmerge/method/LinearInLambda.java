package org.modelmerge.method;

import org.modelmerge.error.MergeException;
import org.modelmerge.kernel.Kernels;

/// A method whose result is the base plus directions times lambdas, the directions being free of lambda.
///
/// ```
/// out = theta_0 + sum_i lambda_i * d_i
/// ```
///
/// Whoever tries many lambdas computes the directions once and only [combines][#combine] anew. A whole merge goes the
/// same way, so both have the same bits.
public interface LinearInLambda extends MergeMethod {
    /// Takes the statistics that the directions need; none may depend on lambda.
    ///
    /// @throws MergeException as [MergeMethod#prepare] does
    Directions directions(Scan scan) throws MergeException;

    /// Fills `slice.out()` with the base plus the directions times this method's lambdas, in its order of operations.
    ///
    /// @param slice its experts must not be looked at
    /// @param directions `[k][m]` from a method that [shares them][#sharesDirections]; kept as they are
    void combine(Slice slice, float[][] directions);

    /// This method with each lambda 1, as many as there are.
    LinearInLambda withUnitLambda();

    /// Whether the other method has the directions of this one: it differs in the values of lambda at most.
    default boolean sharesDirections(MergeMethod other) {
        return other instanceof LinearInLambda linear && linear.withUnitLambda().equals(withUnitLambda());
    }

    @Override
    default Step prepare(Scan scan) throws MergeException {
        return step(directions(scan));
    }

    /// The equation with this method's lambdas.
    ///
    /// @param directions from a method that [shares them][#sharesDirections]
    default Step step(Directions directions) {
        return slice -> {
            combine(slice, directions.of(slice));
            Slice heard = directions.heard(slice);
            if (heard != slice) {
                // The engine sees to elements on which all experts agree; experts that are not heard have no say in it.
                Kernels.keepAgreement(heard.base(), heard.experts(), slice.out());
            }
        };
    }

    /// What lambdas multiply.
    @FunctionalInterface
    interface Directions {
        /// The directions, `[k][m]`: as many for every slice, zeros where a lambda has no effect. Valid until the next
        /// slice.
        float[][] of(Slice slice);

        /// The same window with the experts that the directions depend on: all, unless some are left out.
        default Slice heard(Slice slice) {
            return slice;
        }
    }
}
