package org.modelmerge.svd;

import java.util.Arrays;

/// Eigenvectors of a symmetric matrix by cyclic Jacobi rotations: slow, and always convergent.
///
/// Source: Golub and Van Loan, "Matrix Computations", section 8.5.
final class Jacobi {
    private static final int SWEEPS = 60;
    private static final double PRECISION = 0x1.0p-52;

    private Jacobi() {}

    /// All pairs.
    ///
    /// @param a `[n][n]` row-major, symmetric; is overwritten
    /// @param vectors becomes `[n][n]` row-major, the k-th for the k-th value
    /// @return the values, in no order
    static double[] decompose(int size, double[] a, double[] vectors) {
        Arrays.fill(vectors, 0);
        double squares = 0;
        for (int i = 0; i < size; i++) {
            vectors[i * size + i] = 1;
            for (int j = 0; j < size; j++) {
                squares += a[i * size + j] * a[i * size + j];
            }
        }
        double negligible = PRECISION * Math.sqrt(squares) / Math.max(1, size);
        boolean rotated = true;
        for (int sweep = 0; rotated && sweep < SWEEPS; sweep++) {
            rotated = false;
            for (int p = 0; p < size; p++) {
                for (int q = p + 1; q < size; q++) {
                    if (Math.abs(a[p * size + q]) > negligible) {
                        rotate(size, a, vectors, p, q);
                        rotated = true;
                    }
                }
            }
        }
        double[] values = new double[size];
        for (int i = 0; i < size; i++) {
            values[i] = a[i * size + i];
        }
        return values;
    }

    private static void rotate(int size, double[] a, double[] vectors, int p, int q) {
        double theta = (a[q * size + q] - a[p * size + p]) / (2 * a[p * size + q]);
        double t = Math.copySign(1, theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        double cosine = 1 / Math.sqrt(t * t + 1);
        double sine = t * cosine;
        for (int k = 0; k < size; k++) {
            double akp = a[k * size + p];
            double akq = a[k * size + q];
            a[k * size + p] = cosine * akp - sine * akq;
            a[k * size + q] = sine * akp + cosine * akq;
        }
        turn(size, a, p, q, cosine, sine);
        turn(size, vectors, p, q, cosine, sine);
    }

    private static void turn(int size, double[] rows, int p, int q, double cosine, double sine) {
        for (int k = 0; k < size; k++) {
            double pk = rows[p * size + k];
            double qk = rows[q * size + k];
            rows[p * size + k] = cosine * pk - sine * qk;
            rows[q * size + k] = sine * pk + cosine * qk;
        }
    }
}
