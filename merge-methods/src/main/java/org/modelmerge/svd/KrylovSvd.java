package org.modelmerge.svd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.modelmerge.error.MergeException;
import org.modelmerge.kernel.CounterHash;

/// Singular vectors from a random block Krylov subspace, in float32.
///
/// ```
/// Y_0 = A X, X random of b columns;  Y_(s+1) = A At Y_s, orthonormal in between
/// K = span{Y_2, Y_3, Y_4};  Q orthonormal, span(Q) = K;  B = Qt A;  B Bt = W L Wt
/// A ~ (Q W_r) (Wt_r B)
/// ```
///
/// Source: Musco and Musco, "Randomized Block Krylov Methods for Stronger and Faster Approximate Singular Value
/// Decomposition", 2015, arXiv:1504.05477, algorithm 2. Differs: blocks are 0.6 times as wide as the rank; the first
/// two serve as a start and do not enter the subspace, which keeps the eigenproblem small and reached residuals
/// within 1% of the optimum on every spectrum that was measured (docs/decisions/0013); the basis is orthonormal
/// block by block, by a pivoted Cholesky decomposition, which drops directions that the matrix lacks.
final class KrylovSvd {
    private static final int STARTING_BLOCKS = 2;
    private static final int BLOCKS = 3;
    private static final int OVERSAMPLING = 4;
    /// Directions whose share of a block's norm is below this are rounding noise of float32.
    private static final double NEGLIGIBLE = 1e-5;

    private static final int LARGEST_EXPONENT = 120;

    private final RowSource matrix;
    private final int rank;
    private final long key;
    private final Workspace workspace;

    KrylovSvd(RowSource matrix, int rank, long key, Workspace workspace) {
        this.matrix = matrix;
        this.rank = rank;
        this.key = key;
        this.workspace = workspace;
    }

    private static int blockSize(int rank) {
        return (3 * rank + 4) / 5 + OVERSAMPLING;
    }

    /// The dimension of the subspace.
    static int basisSize(int rank) {
        return BLOCKS * blockSize(rank);
    }

    /// Bytes of the arrays in use, results included: three blocks of the basis and their images, and at most four more
    /// blocks of each side.
    static long bytes(long rows, long columns, int rank, int threads) {
        long block = blockSize(rank);
        long basis = basisSize(rank);
        long blocks = (basis + 4 * block) * (rows + columns) + 2 * block * basis + basis * basis;
        long longer = Math.max(rows, columns);
        return (rows * columns + blocks + (rows + columns) * rank) * Float.BYTES
                + Gram.bytesOfRows(basis, longer, threads)
                + 2 * Gram.bytesOfRows(block, longer, threads)
                + SymmetricEigen.bytes(basis, threads)
                + PivotedCholesky.bytes(block)
                + 3 * Products.bytes(basis, longer, threads);
    }

    TruncatedSvd compute() throws MergeException {
        int rows = matrix.rows();
        int columns = matrix.columns();
        float[][] a = workspace.floats(rows, columns);
        matrix.read(0, rows, a);
        int exponent = normalise(a);
        List<float[]> basis = new ArrayList<>();
        List<float[]> projected = new ArrayList<>();
        float[][] block = drawn(a, 0);
        for (int s = 0; s < STARTING_BLOCKS; s++) {
            float[][] start = whitened(block, rows);
            workspace.release(block);
            float[][] image = Products.multiply(start, a, columns, workspace);
            workspace.release(start);
            block = next(image, a);
            workspace.release(image);
        }
        int draws = 1;
        for (int s = 0; s < BLOCKS || basis.size() < rank; s++) {
            float[][] orthonormal = orthonormal(block, basis, rows);
            if (orthonormal.length == 0) {
                // The subspace maps into itself; another random block tells whether the matrix has more.
                draws++;
                orthonormal = orthonormal(drawn(a, draws), basis, rows);
            }
            if (orthonormal.length == 0) {
                break;
            }
            float[][] image = Products.multiply(orthonormal, a, columns, workspace);
            basis.addAll(Arrays.asList(orthonormal));
            projected.addAll(Arrays.asList(image));
            if (s + 1 < BLOCKS || basis.size() < rank) {
                block = next(image, a);
            }
        }
        double squares = squares(a);
        workspace.release(a);
        return factors(basis.toArray(float[][]::new), projected.toArray(float[][]::new), squares, exponent);
    }

    /// The image of a random block.
    private float[][] drawn(float[][] a, int draw) {
        float[][] signs = signs(matrix.columns(), draw);
        float[][] block = Products.multiplyTransposed(signs, a, matrix.columns(), workspace);
        workspace.release(signs);
        return block;
    }

    private float[][] next(float[][] image, float[][] a) {
        float[][] whitened = whitened(image, matrix.columns());
        float[][] block = Products.multiplyTransposed(whitened, a, matrix.columns(), workspace);
        workspace.release(whitened);
        return block;
    }

    /// Scales by a power of two, so that the powers of the matrix neither overflow nor vanish.
    ///
    /// @return the exponent that was taken out
    private int normalise(float[][] a) {
        float[] largest = new float[a.length];
        workspace.run(a.length, i -> {
            for (float value : a[i]) {
                largest[i] = Math.max(largest[i], Math.abs(value));
            }
        });
        float overall = 0;
        for (float value : largest) {
            overall = Math.max(overall, value);
        }
        int exponent = overall == 0 ? 0 : Math.clamp(Math.getExponent(overall), -LARGEST_EXPONENT, LARGEST_EXPONENT);
        float factor = Math.scalb(1f, -exponent);
        workspace.run(a.length, i -> {
            float[] row = a[i];
            for (int j = 0; j < row.length; j++) {
                row[j] *= factor;
            }
        });
        return exponent;
    }

    private float[][] signs(int columns, int draw) {
        float[][] signs = workspace.floats(blockSize(rank), columns);
        for (int c = 0; c < signs.length; c++) {
            for (int j = 0; j < columns; j++) {
                signs[c][j] = CounterHash.bits(key + draw, (long) c * columns + j) < 0 ? -1 : 1;
            }
        }
        return signs;
    }

    /// The part of a block that is orthogonal to the basis, orthonormal; twice is enough.
    ///
    /// @param block is given back
    private float[][] orthonormal(float[][] block, List<float[]> basis, int rows) {
        float[][] known = basis.toArray(float[][]::new);
        double before = squares(block);
        float[][] apart = block;
        for (int pass = 0; pass < 2; pass++) {
            if (known.length > 0 && apart.length > 0) {
                subtractShares(apart, known, rows);
            }
            if (pass == 0 && squares(apart) <= NEGLIGIBLE * NEGLIGIBLE * before) {
                workspace.release(apart);
                return new float[0][];
            }
            float[][] whitened = whitened(apart, rows);
            workspace.release(apart);
            apart = whitened;
        }
        return apart;
    }

    private void subtractShares(float[][] apart, float[][] known, int rows) {
        float[][] shares = Products.multiplyTransposed(apart, known, rows, workspace);
        float[][] inside = Products.multiply(shares, known, rows, workspace);
        for (int c = 0; c < apart.length; c++) {
            for (int i = 0; i < rows; i++) {
                apart[c][i] -= inside[c][i];
            }
        }
        workspace.release(shares);
        workspace.release(inside);
    }

    /// Orthonormal combinations of rows. Between any two products with the matrix, so that a dominant direction hides
    /// no other one: each product alone keeps five digits.
    private float[][] whitened(float[][] block, int length) {
        Gram gram = Gram.ofRows(block, length, workspace);
        double[][] products = gram.matrix();
        gram.release();
        float[][] combinations = PivotedCholesky.combinations(products, NEGLIGIBLE, workspace);
        workspace.release(products);
        float[][] whitened = Products.multiply(combinations, block, length, workspace);
        workspace.release(combinations);
        return whitened;
    }

    /// @param basis is given back, as is `projected`
    private TruncatedSvd factors(float[][] basis, float[][] projected, double squares, int exponent) {
        int rows = matrix.rows();
        int columns = matrix.columns();
        int kept = Math.min(rank, basis.length);
        float[][] left = new float[rank][];
        float[][] scaled = new float[rank][];
        if (kept > 0) {
            Gram gram = Gram.ofRows(projected, columns, workspace);
            SymmetricEigen eigen = gram.eigen(kept);
            gram.release();
            float[][] w = eigen.vectors(kept, workspace);
            eigen.release(workspace);
            System.arraycopy(Products.multiply(w, basis, rows, workspace), 0, left, 0, kept);
            System.arraycopy(Products.multiply(w, projected, columns, workspace), 0, scaled, 0, kept);
            workspace.release(w);
        }
        workspace.release(basis);
        workspace.release(projected);
        for (int k = kept; k < rank; k++) {
            left[k] = new float[rows];
            scaled[k] = new float[columns];
        }
        TruncatedSvd svd = Factors.of(left, scaled, columns, squares, exponent, false, workspace);
        workspace.release(left);
        workspace.release(scaled);
        return svd;
    }

    private double squares(float[][] rows) {
        double[] sums = new double[rows.length];
        workspace.run(rows.length, i -> {
            double sum = 0;
            for (float value : rows[i]) {
                sum += (double) value * value;
            }
            sums[i] = sum;
        });
        double sum = 0;
        for (double ofRow : sums) {
            sum += ofRow;
        }
        return sum;
    }
}
