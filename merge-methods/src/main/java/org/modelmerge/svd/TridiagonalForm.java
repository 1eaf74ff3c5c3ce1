package org.modelmerge.svd;

import java.util.Arrays;
import org.ejml.dense.row.decomposition.hessenberg.TridiagonalDecompositionHouseholder_DDRM;
import org.modelmerge.kernel.RowSums;

/// EJML's tridiagonal form of a symmetric matrix, `A = Q T transpose(Q)`. EJML multiplies the reflections that make Q
/// row by row, in sums that the compiler does not vectorise; here slices of columns are multiplied by all of them.
/// Slices do not depend on each other, so threads share them, and every element has the bits that EJML gives it.
final class TridiagonalForm extends TridiagonalDecompositionHouseholder_DDRM {
    private static final int WIDTH = 128;

    /// Writes `transpose(Q)`, `[n][n]` row-major.
    void vectors(double[] vectors, Workspace workspace) {
        workspace.run((N + WIDTH - 1) / WIDTH, slice -> {
            int from = slice * WIDTH;
            int width = Math.min(WIDTH, N - from);
            double[][] rows = workspace.doubles(N, width);
            for (int k = 0; k < N; k++) {
                Arrays.fill(rows[k], 0);
                if (k >= from && k < from + width) {
                    rows[k][k - from] = 1;
                }
            }
            reflect(rows, from + width, width);
            for (int c = 0; c < width; c++) {
                for (int k = 0; k < N; k++) {
                    vectors[(from + c) * N + k] = rows[k][c];
                }
            }
            workspace.release(rows);
        });
    }

    /// Bytes of the arrays that [#vectors] takes besides its result.
    static long bytes(long size, int threads) {
        // One more for the last slice, which is narrower.
        return (Math.min((size + WIDTH - 1) / WIDTH, threads) + 1) * size * Math.min(WIDTH, size) * Double.BYTES;
    }

    /// Reflections leave the columns before them as they are.
    private void reflect(double[][] rows, int end, int width) {
        double[] u = new double[N];
        double[] sums = new double[width];
        for (int j = Math.min(N, end) - 2; j >= 0; j--) {
            int first = j + 1;
            u[first] = 1;
            System.arraycopy(QT.data, j * N + first + 1, u, first + 1, N - first - 1);
            Arrays.fill(sums, 0);
            int k = first;
            for (; k + RowSums.ROWS <= N; k += RowSums.ROWS) {
                RowSums.add(u, k, rows, k, sums, width);
            }
            for (; k < N; k++) {
                RowSums.add(u[k], rows[k], sums, width);
            }
            for (int c = 0; c < width; c++) {
                sums[c] *= -gammas[first];
            }
            for (k = first; k < N; k++) {
                RowSums.add(u[k], sums, rows[k], width);
            }
        }
    }
}
