package org.modelmerge.svd;

import java.util.Arrays;
import org.modelmerge.error.MergeException;

/// Singular vectors from the eigenvectors of the Gram matrix of the smaller side, in float64.
///
/// ```
/// m >= n: transpose(A) A = V L transpose(V);  U S = A V_r,  Vt = transpose(V_r)
/// m <  n: A transpose(A) = W L transpose(W);  S Vt = transpose(W_r) A,  U = W_r
/// ```
///
/// Squaring the matrix halves the digits of small singular values: those below 1e-8 of the largest are noise, and so
/// small that float32 weights never notice. The rows of a tall matrix are read twice, in blocks; a wide one is held.
final class ExactSvd {
    private static final int BLOCK_ELEMENTS = 1 << 20;

    private final RowSource matrix;
    private final int rank;
    private final Workers workers;

    ExactSvd(RowSource matrix, int rank, Workers workers) {
        this.matrix = matrix;
        this.rank = rank;
        this.workers = workers;
    }

    TruncatedSvd compute() throws MergeException {
        return matrix.rows() >= matrix.columns() ? tall() : wide();
    }

    @FunctionalInterface
    private interface BlockWork {
        void accept(float[][] rows, int from, int count);
    }

    private void forEachBlock(BlockWork work) throws MergeException {
        int columns = matrix.columns();
        int rows = Math.clamp(BLOCK_ELEMENTS / Math.max(1, columns), 8, Math.max(8, matrix.rows()));
        float[][] block = new float[rows][columns];
        for (int from = 0; from < matrix.rows(); from += rows) {
            int count = Math.min(rows, matrix.rows() - from);
            matrix.read(from, count, block);
            work.accept(block, from, count);
        }
    }

    private TruncatedSvd tall() throws MergeException {
        int columns = matrix.columns();
        Gram gram = new Gram(columns, workers);
        forEachBlock((rows, _, count) -> gram.add(rows, count));
        double[][] v = eigenvectors(gram, columns);
        float[] u = new float[Math.multiplyExact(matrix.rows(), rank)];
        double[] squares = new double[rank];
        if (rank > 0) {
            float[][] vt = narrow(v);
            forEachBlock((rows, from, count) -> project(vt, rows, from, count, u, squares));
        }
        float[] vt = new float[rank * columns];
        for (int k = 0; k < rank; k++) {
            for (int j = 0; j < columns; j++) {
                vt[k * columns + j] = (float) v[k][j];
            }
        }
        return new TruncatedSvd(rank, u, vt, gram.squares(), sum(squares), true);
    }

    /// `u[i][k] = <a_i, v_k>`.
    private void project(float[][] vt, float[][] rows, int from, int count, float[] u, double[] squares) {
        float[][] used = count == rows.length ? rows : Arrays.copyOf(rows, count);
        float[][] products = Products.multiplyTransposed(vt, used, matrix.columns(), workers);
        for (int k = 0; k < rank; k++) {
            for (int i = 0; i < count; i++) {
                float product = products[k][i];
                u[(from + i) * rank + k] = product;
                squares[k] += (double) product * product;
            }
        }
    }

    private TruncatedSvd wide() throws MergeException {
        int rows = matrix.rows();
        int columns = matrix.columns();
        float[][] a = new float[rows][columns];
        matrix.read(0, rows, a);
        Gram gram = Gram.ofRows(a, columns, workers);
        double[][] w = eigenvectors(gram, rows);
        float[][] left = narrow(w);
        float[][] scaled = Products.multiply(left, a, columns, workers);
        return Factors.of(left, scaled, columns, gram.squares(), 0, true);
    }

    private double[][] eigenvectors(Gram gram, int size) {
        return rank == 0
                ? new double[0][size]
                : SymmetricEigen.of(gram.matrix(), rank).vectors();
    }

    private static float[][] narrow(double[][] wide) {
        float[][] narrow = new float[wide.length][];
        for (int k = 0; k < wide.length; k++) {
            narrow[k] = new float[wide[k].length];
            for (int j = 0; j < narrow[k].length; j++) {
                narrow[k][j] = (float) wide[k][j];
            }
        }
        return narrow;
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}
