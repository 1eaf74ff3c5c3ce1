package org.modelmerge.evaluation;

/// The sum of n numbers drawn with replacement from items that are each +1, -1 or 0: what one resample of a bootstrap
/// gives, as a whole distribution.
///
/// ```
/// P(S = s) = sum over b - c = s of  n! / (b! c! (n-b-c)!) p^b q^c (1-p-q)^(n-b-c)
/// ```
///
/// Knowing it, an interval of one task needs no random numbers at all, and a resample of a task costs one of them
/// instead of n.
final class ResampledSum {
    /// Counts further from their mean than so many standard deviations have a probability below 1e-18.
    private static final double REACH = 9;

    private final int least;
    private final double[] cumulative;

    private ResampledSum(int least, double[] cumulative) {
        this.least = least;
        this.cumulative = cumulative;
    }

    /// @param n numbers drawn, 1 or more
    /// @param p share of the items that are +1
    /// @param q share of the items that are -1; p + q is at most 1
    static ResampledSum of(int n, double p, double q) {
        double[] logFactorial = new double[n + 1];
        for (int i = 2; i <= n; i++) {
            logFactorial[i] = logFactorial[i - 1] + StrictMath.log(i);
        }
        int leastPlus = least(n, p);
        int mostPlus = most(n, p);
        int leastMinus = least(n, q);
        int mostMinus = most(n, q);
        int least = leastPlus - mostMinus;
        double[] probability = new double[mostPlus - leastMinus - least + 1];
        double logP = StrictMath.log(p);
        double logQ = StrictMath.log(q);
        double logRest = StrictMath.log(Math.max(0, 1 - p - q));
        for (int b = leastPlus; b <= mostPlus; b++) {
            for (int c = leastMinus; c <= Math.min(mostMinus, n - b); c++) {
                int rest = n - b - c;
                probability[b - c - least] += StrictMath.exp(logFactorial[n]
                        - logFactorial[b]
                        - logFactorial[c]
                        - logFactorial[rest]
                        + power(b, logP)
                        + power(c, logQ)
                        + power(rest, logRest));
            }
        }
        return new ResampledSum(least, cumulated(probability));
    }

    /// The number of heads among n tosses of a fair coin.
    static ResampledSum ofCoin(int n) {
        return of(Math.max(n, 1), n == 0 ? 0 : 0.5, 0);
    }

    /// The logarithm of a power, where 0 to the power of 0 is 1.
    private static double power(int exponent, double logBase) {
        return exponent == 0 ? 0 : exponent * logBase;
    }

    private static int least(int n, double p) {
        return (int) Math.max(0, Math.floor(n * p - reach(n, p)));
    }

    private static int most(int n, double p) {
        return (int) Math.min(n, Math.ceil(n * p + reach(n, p)));
    }

    /// Small shares have a longer tail than the standard deviation says; ten more cover it.
    private static double reach(int n, double p) {
        return p == 0 ? 0 : REACH * Math.sqrt(n * p * (1 - p)) + 10;
    }

    private static double[] cumulated(double[] probability) {
        double sum = 0;
        for (int i = 0; i < probability.length; i++) {
            sum += probability[i];
            probability[i] = sum;
        }
        for (int i = 0; i < probability.length; i++) {
            probability[i] /= sum;
        }
        return probability;
    }

    /// The least sum such that it or a smaller one has a probability above `share`; a uniform `share` draws a sum.
    ///
    /// @param share from 0 to below 1
    int quantile(double share) {
        int low = 0;
        int high = cumulative.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (cumulative[middle] > share) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return least + low;
    }
}
