package org.modelmerge.svd;

/// Factors from left singular vectors and what they project the matrix to.
final class Factors {
    private Factors() {}

    /// `U S` and `Vt` from `W_r` and `S Vt = transpose(W_r) A`.
    ///
    /// @param left `[r][m]`, orthonormal
    /// @param scaled `[r][n]`
    /// @param squares of A
    /// @param exponent of the power of two that was taken out of A
    static TruncatedSvd of(
            float[][] left,
            float[][] scaled,
            int columns,
            double squares,
            int exponent,
            boolean exact,
            Workspace workspace) {
        int rank = scaled.length;
        int rows = rank == 0 ? 0 : left[0].length;
        float[] u = workspace.result(Math.multiplyExact(rows, rank));
        float[] vt = workspace.result(Math.multiplyExact(rank, columns));
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
                u[i * rank + k] = (float) Math.scalb(left[k][i] * norm, exponent);
            }
        }
        return new TruncatedSvd(rank, u, vt, Math.scalb(squares, 2 * exponent), Math.scalb(kept, 2 * exponent), exact);
    }
}
