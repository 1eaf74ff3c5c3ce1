package org.modelmerge.svd;

import java.util.Arrays;
import org.modelmerge.kernel.RowSums;

/// The Gram matrix `transpose(A) * A` in float64, summed row by row of A, so that A is seen once, in blocks of rows.
final class Gram {
    private static final int WIDTH = 128;
    private static final int BLOCK_ELEMENTS = 1 << 18;

    private final int size;
    private final Workspace workspace;
    /// By block of columns, then row: the upper triangle.
    private final double[][][] sums;

    Gram(int size, Workspace workspace) {
        this.size = size;
        this.workspace = workspace;
        int blocks = (size + WIDTH - 1) / WIDTH;
        this.sums = new double[blocks][][];
        for (int block = 0; block < blocks; block++) {
            int width = Math.min(WIDTH, size - block * WIDTH);
            sums[block] = workspace.doubles(block * WIDTH + width, width);
            for (double[] row : sums[block]) {
                Arrays.fill(row, 0);
            }
        }
    }

    /// The products of all pairs of rows, `A transpose(A)`.
    ///
    /// @param rows `[m][length]`
    static Gram ofRows(float[][] rows, int length, Workspace workspace) {
        Gram gram = new Gram(rows.length, workspace);
        int blockLength = blockLength(rows.length, length);
        for (int from = 0; from < length; from += blockLength) {
            int count = Math.min(blockLength, length - from);
            double[][] factors = gram.factors(count);
            for (int c = 0; c < rows.length; c++) {
                for (int k = 0; k < count; k++) {
                    factors[c][k] = rows[c][from + k];
                }
            }
            gram.add(factors);
        }
        return gram;
    }

    private static int blockLength(long rows, long length) {
        return Math.clamp(BLOCK_ELEMENTS / Math.max(1, rows), RowSums.ROWS, (int) Math.max(RowSums.ROWS, length));
    }

    /// Bytes of the arrays that [#ofRows] takes.
    static long bytesOfRows(long rows, long length, int threads) {
        return bytes(rows, length, blockLength(rows, length), threads);
    }

    /// Bytes of the arrays that a Gram matrix takes.
    ///
    /// @param count how many rows are added
    /// @param block how many of them at once; the last ones may be fewer, and have arrays of their own
    static long bytes(long size, long count, int block, int threads) {
        long blocks = (size + WIDTH - 1) / WIDTH;
        long depths = depth(block) + (long) depth((int) (count % block));
        long tiles = Math.min(blocks, threads) * Math.min(WIDTH, size);
        return Double.BYTES * (size * (size + WIDTH) / 2 + (size + tiles) * depths);
    }

    private static int depth(int count) {
        return (count + RowSums.ROWS - 1) / RowSums.ROWS * RowSums.ROWS;
    }

    /// Adds rows of A.
    ///
    /// @param rows `[count or more][size]`
    void add(float[][] rows, int count) {
        double[][] factors = factors(count);
        for (int k = 0; k < count; k++) {
            for (int c = 0; c < size; c++) {
                factors[c][k] = rows[k][c];
            }
        }
        add(factors);
    }

    /// By column of A, zero beyond its rows.
    private double[][] factors(int count) {
        int depth = depth(count);
        double[][] factors = workspace.doubles(size, depth);
        for (double[] column : factors) {
            Arrays.fill(column, count, depth, 0);
        }
        return factors;
    }

    private void add(double[][] factors) {
        workspace.run(sums.length, block -> add(sums.length - 1 - block, factors));
        workspace.release(factors);
    }

    private void add(int block, double[][] factors) {
        double[][] targets = sums[block];
        int from = block * WIDTH;
        int width = Math.min(WIDTH, size - from);
        int depth = factors[0].length;
        double[][] tile = workspace.doubles(depth, width);
        for (int k = 0; k < depth; k++) {
            for (int j = 0; j < width; j++) {
                tile[k][j] = factors[from + j][k];
            }
        }
        for (int k = 0; k < depth; k += RowSums.ROWS) {
            for (int c = 0; c < targets.length; c++) {
                RowSums.add(factors[c], k, tile, k, targets[c], width);
            }
        }
        workspace.release(tile);
    }

    /// @param c at most `j`
    private double at(int c, int j) {
        return sums[j / WIDTH][c][j % WIDTH];
    }

    /// The sum of all squares of A: its Frobenius norm squared.
    double squares() {
        double squares = 0;
        for (int c = 0; c < size; c++) {
            squares += at(c, c);
        }
        return squares;
    }

    /// The `count` largest eigenvalues with their vectors.
    SymmetricEigen eigen(int count) {
        return SymmetricEigen.of(size, this::write, count, workspace);
    }

    /// The matrix itself, `[size][size]`.
    double[][] matrix() {
        double[][] matrix = workspace.doubles(size, size);
        for (int c = 0; c < size; c++) {
            for (int j = c; j < size; j++) {
                matrix[c][j] = at(c, j);
                matrix[j][c] = at(c, j);
            }
        }
        return matrix;
    }

    private void write(double[] matrix) {
        for (int c = 0; c < size; c++) {
            for (int j = c; j < size; j++) {
                matrix[c * size + j] = at(c, j);
                matrix[j * size + c] = at(c, j);
            }
        }
    }

    /// Gives the arrays back.
    void release() {
        for (double[][] block : sums) {
            workspace.release(block);
        }
    }
}
