package org.modelmerge.kernel;

/// Sums of scaled rows, the inner loop of small matrix products and of those in float64.
///
/// Each element is summed in the order of the rows, product and sum rounded separately, so the bits of a product do not
/// depend on how it is cut into blocks. Eight rows a call keep the sum in a register.
public final class RowSums {
    /// Rows per call.
    public static final int ROWS = 8;

    private RowSums() {}

    /// `sum[j] += factors[at] * rows[k][j] + ... + factors[at + 7] * rows[k + 7][j]`, from the left.
    ///
    /// @param count how many elements
    public static void add(float[] factors, int at, float[][] rows, int k, float[] sum, int count) {
        add(
                factors[at],
                factors[at + 1],
                factors[at + 2],
                factors[at + 3],
                factors[at + 4],
                factors[at + 5],
                factors[at + 6],
                factors[at + 7],
                rows[k],
                rows[k + 1],
                rows[k + 2],
                rows[k + 3],
                rows[k + 4],
                rows[k + 5],
                rows[k + 6],
                rows[k + 7],
                sum,
                count);
    }

    private static void add(
            float f0,
            float f1,
            float f2,
            float f3,
            float f4,
            float f5,
            float f6,
            float f7,
            float[] r0,
            float[] r1,
            float[] r2,
            float[] r3,
            float[] r4,
            float[] r5,
            float[] r6,
            float[] r7,
            float[] sum,
            int count) {
        for (int j = 0; j < count; j++) {
            sum[j] = sum[j]
                    + f0 * r0[j]
                    + f1 * r1[j]
                    + f2 * r2[j]
                    + f3 * r3[j]
                    + f4 * r4[j]
                    + f5 * r5[j]
                    + f6 * r6[j]
                    + f7 * r7[j];
        }
    }

    /// The same in float64.
    public static void add(double[] factors, int at, double[][] rows, int k, double[] sum, int count) {
        add(
                factors[at],
                factors[at + 1],
                factors[at + 2],
                factors[at + 3],
                factors[at + 4],
                factors[at + 5],
                factors[at + 6],
                factors[at + 7],
                rows[k],
                rows[k + 1],
                rows[k + 2],
                rows[k + 3],
                rows[k + 4],
                rows[k + 5],
                rows[k + 6],
                rows[k + 7],
                sum,
                count);
    }

    private static void add(
            double f0,
            double f1,
            double f2,
            double f3,
            double f4,
            double f5,
            double f6,
            double f7,
            double[] r0,
            double[] r1,
            double[] r2,
            double[] r3,
            double[] r4,
            double[] r5,
            double[] r6,
            double[] r7,
            double[] sum,
            int count) {
        for (int j = 0; j < count; j++) {
            sum[j] = sum[j]
                    + f0 * r0[j]
                    + f1 * r1[j]
                    + f2 * r2[j]
                    + f3 * r3[j]
                    + f4 * r4[j]
                    + f5 * r5[j]
                    + f6 * r6[j]
                    + f7 * r7[j];
        }
    }

    /// One row: `sum[j] += factor * row[j]`.
    ///
    /// @param count how many elements
    public static void add(double factor, double[] row, double[] sum, int count) {
        for (int j = 0; j < count; j++) {
            sum[j] += factor * row[j];
        }
    }
}
