package org.modelmerge.svd;

/// Factors from left singular vectors and what they project the matrix to.
final class Factors {
    private Factors() {}

    /// `U S` and `Vt` from `W_r` and `S Vt = transpose(W_r) A`.
    ///
    /// @param left `[r][m]`, orthonormal
    /// @param scaled `[r][n]`
    static TruncatedSvd of(
            float[][] left, float[][] scaled, int rows, int columns, double squares, boolean exact) {
        int rank = scaled.length;
        float[] u = new float[Math.multiplyExact(rows, rank)];
        float[] vt = new float[Math.multiplyExact(rank, columns)];
        double kept = 0;
        for (int k = 0; k < rank; k++) {
            double norm2 = 0;
            for (float value : scaled[k]) {
                norm2 += (double) value * value;
            }
            kept += norm2;
            double norm = Math.sqrt(norm2);
            for (int j = 0; norm > 0 && j < columns; j++) {
                vt[k * columns + j] = (float) (scaled[k][j] / norm);
            }
            for (int i = 0; i < rows; i++) {
                u[i * rank + k] = (float) (left[k][i] * norm);
            }
        }
        return new TruncatedSvd(rank, u, vt, squares, kept, exact);
    }
}
