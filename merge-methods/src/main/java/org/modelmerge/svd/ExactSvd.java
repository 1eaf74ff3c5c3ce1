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
    private static final int BLOCK_ELEMENTS = 1 << 19;
    private static final int LEAST_ROWS = 8;

    private final RowSource matrix;
    private final int rank;
    private final Workspace workspace;

    ExactSvd(RowSource matrix, int rank, Workspace workspace) {
        this.matrix = matrix;
        this.rank = rank;
        this.workspace = workspace;
    }

    TruncatedSvd compute() throws MergeException {
        return matrix.rows() >= matrix.columns() ? tall() : wide();
    }

    private static int blockRows(long rows, long columns) {
        return Math.clamp(BLOCK_ELEMENTS / Math.max(1, columns), LEAST_ROWS, (int) Math.max(LEAST_ROWS, rows));
    }

    /// Bytes of the arrays in use, results included.
    static long bytes(long rows, long columns, long rank, int threads) {
        long smaller = Math.min(rows, columns);
        long results = (rows + columns) * rank * Float.BYTES;
        long eigen = rank == 0 ? 0 : SymmetricEigen.bytes(smaller, threads) + rank * smaller * Float.BYTES;
        if (rows < columns) {
            return (rows + rank) * columns * Float.BYTES
                    + Gram.bytesOfRows(rows, columns, threads)
                    + Products.bytes(rank, columns, threads)
                    + eigen
                    + results;
        }
        int block = blockRows(rows, columns);
        long rest = rows % block;
        return block * columns * Float.BYTES
                + Gram.bytes(columns, rows, block, threads)
                + (block + rest) * rank * Float.BYTES
                + 2 * Products.bytes(rank, block, threads)
                + eigen
                + results;
    }

    @FunctionalInterface
    private interface BlockWork {
        void accept(float[][] rows, int from, int count);
    }

    private void forEachBlock(BlockWork work) throws MergeException {
        int columns = matrix.columns();
        int rows = blockRows(matrix.rows(), columns);
        float[][] block = workspace.floats(rows, columns);
        for (int from = 0; from < matrix.rows(); from += rows) {
            int count = Math.min(rows, matrix.rows() - from);
            matrix.read(from, count, block);
            work.accept(block, from, count);
        }
        workspace.release(block);
    }

    private TruncatedSvd tall() throws MergeException {
        int columns = matrix.columns();
        Gram gram = new Gram(columns, workspace);
        forEachBlock((rows, _, count) -> gram.add(rows, count));
        float[] u = workspace.result(Math.multiplyExact(matrix.rows(), rank));
        float[] vt = workspace.result(Math.multiplyExact(rank, columns));
        double[] squares = new double[rank];
        if (rank > 0) {
            float[][] v = vectors(gram);
            for (int k = 0; k < rank; k++) {
                System.arraycopy(v[k], 0, vt, k * columns, columns);
            }
            forEachBlock((rows, from, count) -> project(v, rows, from, count, u, squares));
            workspace.release(v);
        }
        gram.release();
        return new TruncatedSvd(rank, u, vt, gram.squares(), sum(squares), true);
    }

    /// `u[i][k] = <a_i, v_k>`.
    private void project(float[][] vt, float[][] rows, int from, int count, float[] u, double[] squares) {
        float[][] used = count == rows.length ? rows : Arrays.copyOf(rows, count);
        float[][] products = Products.multiplyTransposed(vt, used, matrix.columns(), workspace);
        for (int k = 0; k < rank; k++) {
            for (int i = 0; i < count; i++) {
                float product = products[k][i];
                u[(from + i) * rank + k] = product;
                squares[k] += (double) product * product;
            }
        }
        workspace.release(products);
    }

    private TruncatedSvd wide() throws MergeException {
        int rows = matrix.rows();
        int columns = matrix.columns();
        float[][] a = workspace.floats(rows, columns);
        matrix.read(0, rows, a);
        Gram gram = Gram.ofRows(a, columns, workspace);
        float[][] left = rank == 0 ? new float[0][] : vectors(gram);
        float[][] scaled = Products.multiply(left, a, columns, workspace);
        TruncatedSvd svd = Factors.of(left, scaled, columns, gram.squares(), 0, true, workspace);
        gram.release();
        workspace.release(a);
        workspace.release(left);
        workspace.release(scaled);
        return svd;
    }

    private float[][] vectors(Gram gram) {
        SymmetricEigen eigen = gram.eigen(rank);
        float[][] vectors = eigen.vectors(rank, workspace);
        eigen.release(workspace);
        return vectors;
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}
