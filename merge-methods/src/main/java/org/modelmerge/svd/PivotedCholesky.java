package org.modelmerge.svd;

import java.util.Arrays;

/// Orthonormal combinations of vectors, from their Gram matrix: `T G transpose(T) = 1`.
///
/// ```
/// P G transpose(P) = transpose(U) U;  T = transpose(U)^-1 P
/// ```
///
/// The largest remaining diagonal element is the next pivot, so vectors that depend on others come last and are left
/// out. Source: Hammarling, Higham and Lucas, "LAPACK-style codes for pivoted Cholesky and QR updating", 2007, LAPACK
/// Working Note 161.
final class PivotedCholesky {
    private final double[][] u;
    private final int[] places;
    private final double[] row;
    private int rank;

    private PivotedCholesky(double[][] gram) {
        this.u = gram;
        this.places = new int[gram.length];
        this.row = new double[gram.length];
        Arrays.setAll(places, k -> k);
    }

    /// Combinations of as many vectors as are independent.
    ///
    /// @param gram `[n][n]`, symmetric and finite, overwritten
    /// @param negligible vectors are left out whose part apart from the others is shorter than this share of the
    ///     longest vector
    /// @return `[count][n]`
    static float[][] combinations(double[][] gram, double negligible, Workspace workspace) {
        PivotedCholesky cholesky = new PivotedCholesky(gram);
        cholesky.factor(negligible * negligible);
        double[][] inverse = workspace.doubles(cholesky.rank, gram.length);
        float[][] combinations = workspace.floats(cholesky.rank, gram.length);
        cholesky.invert(inverse);
        for (int k = 0; k < cholesky.rank; k++) {
            for (int j = 0; j < gram.length; j++) {
                combinations[k][cholesky.places[j]] = j <= k ? (float) inverse[k][j] : 0;
            }
        }
        workspace.release(inverse);
        return combinations;
    }

    /// Bytes of the arrays that [#combinations] takes, its argument and its result included.
    static long bytes(long size) {
        return size * size * (2 * Double.BYTES + Float.BYTES);
    }

    private void factor(double negligible) {
        double least = 0;
        for (rank = 0; rank < u.length; rank++) {
            int pivot = largest();
            double squares = u[pivot][pivot];
            if (rank == 0) {
                least = squares * negligible;
            }
            // Also false for what rounding made negative.
            if (!(squares > least)) {
                return;
            }
            swap(pivot);
            double root = Math.sqrt(squares);
            double[] top = u[rank];
            for (int j = rank; j < u.length; j++) {
                top[j] /= root;
            }
            System.arraycopy(top, 0, row, 0, u.length);
            for (int i = rank + 1; i < u.length; i++) {
                subtract(u[i], row[i], row, rank + 1, u.length);
            }
        }
    }

    private int largest() {
        int largest = rank;
        for (int k = rank + 1; k < u.length; k++) {
            if (u[k][k] > u[largest][largest]) {
                largest = k;
            }
        }
        return largest;
    }

    private void swap(int pivot) {
        double[] other = u[pivot];
        u[pivot] = u[rank];
        u[rank] = other;
        for (double[] each : u) {
            double value = each[pivot];
            each[pivot] = each[rank];
            each[rank] = value;
        }
        int place = places[pivot];
        places[pivot] = places[rank];
        places[rank] = place;
    }

    /// Forward substitution: row k of the inverse of `transpose(U)`.
    private void invert(double[][] inverse) {
        for (int k = 0; k < rank; k++) {
            Arrays.fill(inverse[k], 0);
            inverse[k][k] = 1;
            for (int t = 0; t < k; t++) {
                subtract(inverse[k], u[t][k], inverse[t], 0, t + 1);
            }
            for (int j = 0; j <= k; j++) {
                inverse[k][j] /= u[k][k];
            }
        }
    }

    private static void subtract(double[] target, double factor, double[] row, int from, int to) {
        for (int j = from; j < to; j++) {
            target[j] -= factor * row[j];
        }
    }
}
