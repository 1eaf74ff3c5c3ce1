package org.modelmerge.routing;

import org.modelmerge.evaluation.RoutingMatrix;

/// The shares that the items of one task get, summed up one after the other in double.
public final class SharesOfTask {
    private final double[] sums;
    private final long[] largest;
    private long count;

    /// No items yet.
    ///
    /// @param experts n
    public SharesOfTask(int experts) {
        this.sums = new double[experts];
        this.largest = new long[experts];
    }

    /// Adds the shares of items.
    ///
    /// @param shares `[items][n]`
    public void add(float[][] shares) {
        for (float[] item : shares) {
            int most = 0;
            for (int i = 0; i < sums.length; i++) {
                sums[i] += item[i];
                most = item[i] > item[most] ? i : most;
            }
            largest[most]++;
            count++;
        }
    }

    /// The mean share of each expert; NaN without items.
    ///
    /// @return `[n]`
    public double[] mean() {
        double[] mean = new double[sums.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = sums[i] / count;
        }
        return mean;
    }

    /// The sums as a row of a table.
    ///
    /// @param expert the task's own expert, or -1
    public RoutingMatrix.Row row(String task, int expert) {
        return new RoutingMatrix.Row(task, expert, count, mean(), largest.clone());
    }
}
