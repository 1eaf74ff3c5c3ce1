package org.modelmerge.evaluation;

import org.apache.commons.math3.special.Beta;

/// McNemar's test in its exact form: do two models answer the same items equally well?
///
/// Items that both answer right, or both wrong, say nothing. If the models were equally good, each of the b + c others
/// would favour either with probability 1/2:
///
/// ```
/// p = min(1, 2 P(X <= min(b, c))),  X ~ Binomial(b + c, 1/2)
/// ```
///
/// The probability is the regularised incomplete beta function I(1/2; b + c - k, k + 1) at k = min(b, c), so nothing
/// overflows when counts are large. (`BinomialDistribution` of Commons Math gives one minus its complement, which is 0
/// where p is below 1e-16.)
///
/// Source: McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
/// Psychometrika 12, 1947. Differs: exact binomial instead of his chi-squared, which needs b + c of 25 or so.
public final class McNemar {
    private McNemar() {}

    /// The two-sided p value.
    ///
    /// @param onlyFirst b, items that only the first model answers right
    /// @param onlySecond c, items that only the second model answers right
    /// @return 1 where no answer differs
    public static double exact(int onlyFirst, int onlySecond) {
        if (onlyFirst < 0 || onlySecond < 0) {
            throw new IllegalArgumentException(onlyFirst + " and " + onlySecond);
        }
        int discordant = Math.addExact(onlyFirst, onlySecond);
        int fewer = Math.min(onlyFirst, onlySecond);
        return 2 * fewer == discordant
                ? 1
                : Math.min(1, 2 * Beta.regularizedBeta(0.5, discordant - fewer, fewer + 1.0));
    }
}
