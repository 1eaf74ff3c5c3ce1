package org.modelmerge.svd;

import org.modelmerge.error.MergeException;

/// The best approximation of a matrix by one of lower rank, as two factors: `A ~ U Vt`.
///
/// The arrays belong to the workspace: whoever wants them beyond its next decomposition copies them.
///
/// @param rank r
/// @param u `[m, r]` row-major, columns scaled by the singular values, largest first
/// @param vt `[r, n]` row-major, rows of length 1, or 0 where the singular value is 0
/// @param squares the sum of all squares of A
/// @param keptSquares the sum of all squares of `U Vt`: of the singular values that were kept
/// @param exact whether this is the optimum up to rounding; otherwise it comes from a random subspace
public record TruncatedSvd(int rank, float[] u, float[] vt, double squares, double keptSquares, boolean exact) {
    /// The largest smaller side that [SvdMode#AUTO] decomposes exactly.
    public static final int LARGEST_EXACT = 1024;

    /// Decomposes a matrix.
    ///
    /// @param rank from 0 to the smaller side
    /// @param key of the random subspace
    /// @throws MergeException if reading fails
    public static TruncatedSvd of(RowSource matrix, int rank, SvdMode mode, long key, Workspace workspace)
            throws MergeException {
        int smaller = Math.min(matrix.rows(), matrix.columns());
        if (rank < 0 || rank > smaller) {
            throw new IllegalArgumentException("rank " + rank + " of a matrix with a side of " + smaller);
        }
        boolean exact = rank == 0 || isExact(smaller, rank, mode);
        workspace.begin(new Workspace.Work(matrix.rows(), matrix.columns(), rank, exact));
        return exact
                ? new ExactSvd(matrix, rank, workspace).compute()
                : new KrylovSvd(matrix, rank, key, workspace).compute();
    }

    private static boolean isExact(long smaller, int rank, SvdMode mode) {
        return switch (mode) {
            case EXACT -> true;
            case AUTO -> smaller <= LARGEST_EXACT || KrylovSvd.basisSize(rank) > smaller / 2;
            // A basis as large as the space leaves nothing to chance.
            case RANDOMIZED -> KrylovSvd.basisSize(rank) >= smaller;
        };
    }

    /// Bytes of all arrays of a decomposition, results included, from above.
    ///
    /// @param threads of the workspace
    public static long peakBytes(long rows, long columns, int rank, SvdMode mode, int threads) {
        return rank == 0 || isExact(Math.min(rows, columns), rank, mode)
                ? ExactSvd.bytes(rows, columns, rank, threads)
                : KrylovSvd.bytes(rows, columns, rank, threads);
    }

    /// The share of the squared norm that was kept, in [0, 1]; 1 for a zero matrix.
    public double energyKept() {
        return squares == 0 ? 1 : Math.min(1, keptSquares / squares);
    }

    /// The relative residual, `|A - U Vt| / |A|` in Frobenius norms; 0 for a zero matrix.
    public double residual() {
        return Math.sqrt(1 - energyKept());
    }
}
