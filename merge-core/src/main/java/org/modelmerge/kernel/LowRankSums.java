package org.modelmerge.kernel;

import java.util.Arrays;

/// One row of a product of two float32 matrices, summed in float64.
///
/// A product of two float32 numbers is exact in float64, so it makes no difference whether multiply and add are fused,
/// and the sums have the same bits on every machine. The order is that of the inner index.
public final class LowRankSums {
    private LowRankSums() {}

    /// `sum[j] = sum_k factors[at + k] * rows[k * columns + from + j]` for j below `count`, k in order.
    ///
    /// @param factors one row of the left matrix, `rank` numbers from `at` on
    /// @param rows the right matrix [rank, columns], float32 values
    /// @param from first column
    public static void row(
            float[] factors, int at, int rank, double[] rows, int columns, int from, double[] sum, int count) {
        Arrays.fill(sum, 0, count, 0);
        int k = 0;
        // Four at a time: the sums are read and written a quarter as often.
        for (; k + 4 <= rank; k += 4) {
            addFour(factors, at + k, rows, k * columns + from, columns, sum, count);
        }
        for (; k < rank; k++) {
            addOne(factors[at + k], rows, k * columns + from, sum, count);
        }
    }

    private static void addFour(
            float[] factors, int at, double[] rows, int from, int columns, double[] sum, int count) {
        double f0 = factors[at];
        double f1 = factors[at + 1];
        double f2 = factors[at + 2];
        double f3 = factors[at + 3];
        int second = from + columns;
        int third = second + columns;
        int fourth = third + columns;
        for (int j = 0; j < count; j++) {
            sum[j] = (((sum[j] + f0 * rows[from + j]) + f1 * rows[second + j]) + f2 * rows[third + j])
                    + f3 * rows[fourth + j];
        }
    }

    private static void addOne(double factor, double[] rows, int from, double[] sum, int count) {
        for (int j = 0; j < count; j++) {
            sum[j] += factor * rows[from + j];
        }
    }

    /// `target[at + j] += scaling * (float) sum[j]` for j below `count`, in float32.
    public static void addScaled(double[] sum, float scaling, float[] target, int at, int count) {
        for (int j = 0; j < count; j++) {
            target[at + j] += scaling * (float) sum[j];
        }
    }
}
