package org.modelmerge.evaluation;

import org.apache.commons.math3.distribution.NormalDistribution;

/// The score interval of a share.
///
/// ```
/// p = x / n, z = normal quantile of (1 + confidence) / 2
/// (p + z^2/2n -+ z sqrt(p (1 - p)/n + z^2/4n^2)) / (1 + z^2/n)
/// ```
///
/// Unlike the textbook's p -+ z sqrt(p (1 - p)/n) it stays within 0 to 1, is not empty at 0 and n right answers, and
/// covers the true share about as often as it says also for small n.
///
/// Source: Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22, 1927.
public final class Wilson {
    private Wilson() {}

    /// The interval of [Interval#CONFIDENCE].
    ///
    /// @param hits 0 to `total`
    /// @param total 1 or more
    public static Interval of(long hits, long total) {
        return of(hits, total, Interval.CONFIDENCE);
    }

    /// The interval of any confidence.
    ///
    /// @param hits 0 to `total`
    /// @param total 1 or more
    /// @param confidence strictly between 0 and 1
    public static Interval of(long hits, long total, double confidence) {
        if (total < 1 || hits < 0 || hits > total) {
            throw new IllegalArgumentException(hits + " of " + total);
        }
        double n = total;
        double p = hits / n;
        double z = new NormalDistribution(null, 0, 1).inverseCumulativeProbability((1 + confidence) / 2);
        double center = p + z * z / (2 * n);
        double half = z * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n));
        double scale = 1 + z * z / n;
        // At the ends the formula gives 0 and 1 but for rounding.
        return new Interval(
                hits == 0 ? 0 : Math.max(0, (center - half) / scale),
                hits == total ? 1 : Math.min(1, (center + half) / scale));
    }
}
