package org.modelmerge.kernel;

/// Sums of scaled rows for two targets at once, the inner loop of large matrix products: what was read serves twice.
///
/// Each element is summed in the order of the rows, product and sum rounded separately, so the bits of a product do not
/// depend on how it is cut into blocks. Both targets lie in one array, a constant distance apart, because the compiler
/// does not vectorise loops with two stores otherwise; and four rows a call, because it vectorises no larger loops.
public final class RowPairSums {
    /// Rows per call.
    public static final int ROWS = 4;

    /// Where the second target begins.
    public static final int PITCH = 1024;

    private RowPairSums() {}

    /// `sums[j] += first[at] * rows[k][j] + ... + first[at + 3] * rows[k + 3][j]`, from the left, and the same with
    /// `second` for `sums[PITCH + j]`.
    ///
    /// @param sums `[2][PITCH]`
    /// @param count how many elements of each target, at most [#PITCH]
    public static void add(float[] first, float[] second, int at, float[][] rows, int k, float[] sums, int count) {
        add(
                first[at],
                first[at + 1],
                first[at + 2],
                first[at + 3],
                second[at],
                second[at + 1],
                second[at + 2],
                second[at + 3],
                rows[k],
                rows[k + 1],
                rows[k + 2],
                rows[k + 3],
                sums,
                count);
    }

    private static void add(
            float f0,
            float f1,
            float f2,
            float f3,
            float g0,
            float g1,
            float g2,
            float g3,
            float[] r0,
            float[] r1,
            float[] r2,
            float[] r3,
            float[] sums,
            int count) {
        for (int j = 0; j < count; j++) {
            float a0 = r0[j];
            float a1 = r1[j];
            float a2 = r2[j];
            float a3 = r3[j];
            sums[j] = sums[j] + f0 * a0 + f1 * a1 + f2 * a2 + f3 * a3;
            sums[j + PITCH] = sums[j + PITCH] + g0 * a0 + g1 * a1 + g2 * a2 + g3 * a3;
        }
    }
}
