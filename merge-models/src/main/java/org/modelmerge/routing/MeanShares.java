package org.modelmerge.routing;

import java.util.Arrays;

/// The mean shares of inputs, added one after the other in double.
public final class MeanShares {
    private final double[] sums;
    private long count;

    /// No inputs yet.
    public MeanShares(int taskCount) {
        this.sums = new double[taskCount];
    }

    /// Adds the shares of inputs.
    ///
    /// @param shares `[inputs][n]`
    public void add(float[][] shares) {
        for (float[] input : shares) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += input[i];
            }
            count++;
        }
    }

    /// The number of inputs.
    public long count() {
        return count;
    }

    /// The mean share of each expert; NaN without inputs.
    ///
    /// @return `[n]`
    public double[] mean() {
        return Arrays.stream(sums).map(sum -> sum / count).toArray();
    }
}
