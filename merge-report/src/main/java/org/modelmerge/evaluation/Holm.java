package org.modelmerge.evaluation;

import java.util.Arrays;

/// Correction of p values for their number: the more comparisons, the more of them look good by chance.
///
/// ```
/// sorted p_1 <= ... <= p_m:  corrected p_k = max over j <= k of min(1, (m - j + 1) p_j)
/// ```
///
/// Calling those with a corrected p below 5% different is wrong about any of them in at most 5% of evaluations,
/// whatever the comparisons have in common.
///
/// Source: Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6, 1979.
public final class Holm {
    private Holm() {}

    /// The corrected p values, in the order of the given.
    ///
    /// @param p values from 0 to 1; not changed
    public static double[] correct(double[] p) {
        Integer[] order = new Integer[p.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Double.compare(p[a], p[b]));
        double[] corrected = new double[p.length];
        double largest = 0;
        for (int k = 0; k < p.length; k++) {
            largest = Math.max(largest, Math.min(1, (p.length - k) * p[order[k]]));
            corrected[order[k]] = largest;
        }
        return corrected;
    }
}
