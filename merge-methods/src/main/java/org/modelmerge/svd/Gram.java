package org.modelmerge.svd;

import org.modelmerge.kernel.RowSums;

/// The Gram matrix `transpose(A) * A` in float64, summed row by row of A, so that A is seen once, in blocks of rows.
final class Gram {
    private static final int WIDTH = 128;
    private static final int BLOCK_ELEMENTS = 1 << 18;

    private final int size;
    private final Workers workers;
    /// By block of columns, then row: the upper triangle.
    private final double[][][] sums;
    private double squares;

    Gram(int size, Workers workers) {
        this.size = size;
        this.workers = workers;
        int blocks = (size + WIDTH - 1) / WIDTH;
        this.sums = new double[blocks][][];
        for (int block = 0; block < blocks; block++) {
            int width = Math.min(WIDTH, size - block * WIDTH);
            sums[block] = new double[block * WIDTH + width][width];
        }
    }

    /// The products of all pairs of rows, `A transpose(A)`.
    ///
    /// @param rows `[m][length]`
    static Gram ofRows(float[][] rows, int length, Workers workers) {
        Gram gram = new Gram(rows.length, workers);
        int blockLength = Math.clamp(BLOCK_ELEMENTS / Math.max(1, rows.length), RowSums.ROWS, Math.max(8, length));
        float[][] block = new float[blockLength][rows.length];
        for (int from = 0; from < length; from += blockLength) {
            int count = Math.min(blockLength, length - from);
            for (int i = 0; i < rows.length; i++) {
                for (int j = 0; j < count; j++) {
                    block[j][i] = rows[i][from + j];
                }
            }
            gram.add(block, count);
        }
        return gram;
    }

    /// Adds rows of A.
    ///
    /// @param rows `[count or more][size]`
    void add(float[][] rows, int count) {
        int depth = (count + RowSums.ROWS - 1) / RowSums.ROWS * RowSums.ROWS;
        double[][] factors = new double[size][depth];
        for (int k = 0; k < count; k++) {
            float[] row = rows[k];
            double sum = 0;
            for (int c = 0; c < size; c++) {
                factors[c][k] = row[c];
                sum += (double) row[c] * row[c];
            }
            squares += sum;
        }
        workers.run(sums.length, block -> add(sums.length - 1 - block, rows, count, depth, factors));
    }

    private void add(int block, float[][] rows, int count, int depth, double[][] factors) {
        double[][] targets = sums[block];
        int from = block * WIDTH;
        int width = Math.min(WIDTH, size - from);
        double[][] tile = new double[depth][width];
        for (int k = 0; k < count; k++) {
            for (int j = 0; j < width; j++) {
                tile[k][j] = rows[k][from + j];
            }
        }
        for (int k = 0; k < depth; k += RowSums.ROWS) {
            for (int c = 0; c < targets.length; c++) {
                RowSums.add(factors[c], k, tile, k, targets[c], width);
            }
        }
    }

    /// The sum of all squares of A: its Frobenius norm squared.
    double squares() {
        return squares;
    }

    /// The matrix, symmetric.
    double[][] matrix() {
        double[][] matrix = new double[size][size];
        for (int c = 0; c < size; c++) {
            for (int j = c; j < size; j++) {
                double value = sums[j / WIDTH][c][j % WIDTH];
                matrix[c][j] = value;
                matrix[j][c] = value;
            }
        }
        return matrix;
    }
}
