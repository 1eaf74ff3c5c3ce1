package org.modelmerge.svd;

import java.util.SplittableRandom;

/// Matrices for tests.
final class Matrices {
    private Matrices() {}

    static float[][] random(int rows, int columns, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[][] matrix = new float[rows][columns];
        for (float[] row : matrix) {
            for (int j = 0; j < columns; j++) {
                row[j] = random.nextFloat() - 0.5f;
            }
        }
        return matrix;
    }

    /// A sum of outer products whose size falls off as 1/k.
    static float[][] decaying(int rows, int columns, int rank, long seed) {
        float[][] left = random(rows, rank, seed);
        float[][] right = random(rank, columns, seed + 1);
        float[][] sum = new float[rows][columns];
        for (int i = 0; i < rows; i++) {
            for (int k = 0; k < rank; k++) {
                for (int j = 0; j < columns; j++) {
                    sum[i][j] += left[i][k] * right[k][j] / (k + 1);
                }
            }
        }
        return sum;
    }

    /// A square matrix with given singular values, whose vectors are the rows of a Hadamard matrix.
    ///
    /// @param values as many as a power of two
    static float[][] ofSingularValues(double[] values) {
        int size = values.length;
        float[][] matrix = new float[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                double sum = 0;
                for (int k = 0; k < size; k++) {
                    sum += (Integer.bitCount(k & i) + Integer.bitCount(k & (j ^ 5))) % 2 == 0 ? values[k] : -values[k];
                }
                matrix[i][j] = (float) (sum / size);
            }
        }
        return matrix;
    }

    static float[][] transposed(float[][] matrix, int columns) {
        float[][] transposed = new float[columns][matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < columns; j++) {
                transposed[j][i] = matrix[i][j];
            }
        }
        return transposed;
    }

    /// All eigenvalues of `A At` in float64, largest first.
    static double[] squaredSingularValues(float[][] matrix) {
        int size = matrix.length;
        double[] gram = new double[size * size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                for (int k = 0; k < matrix[i].length; k++) {
                    gram[i * size + j] += (double) matrix[i][k] * matrix[j][k];
                }
            }
        }
        double[] vectors = new double[size * size];
        double[] values = Jacobi.decompose(size, gram, vectors);
        return SymmetricEigen.largest(size, values, vectors, size).values();
    }

    /// The norm of what the factors leave of a matrix.
    static double residual(float[][] matrix, int columns, TruncatedSvd svd) {
        double sum = 0;
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < columns; j++) {
                double product = 0;
                for (int k = 0; k < svd.rank(); k++) {
                    product += (double) svd.u()[i * svd.rank() + k] * svd.vt()[k * columns + j];
                }
                double left = matrix[i][j] - product;
                sum += left * left;
            }
        }
        return Math.sqrt(sum);
    }

    static double optimum(double[] squares, int rank) {
        double sum = 0;
        for (int k = rank; k < squares.length; k++) {
            sum += Math.max(0, squares[k]);
        }
        return Math.sqrt(sum);
    }
}
