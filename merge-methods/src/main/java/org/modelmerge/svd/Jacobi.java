package org.modelmerge.svd;

/// Eigenvectors of a symmetric matrix by cyclic Jacobi rotations: slow, and always convergent.
///
/// Source: Golub and Van Loan, "Matrix Computations", section 8.5.
final class Jacobi {
    private static final int SWEEPS = 60;
    private static final double PRECISION = 0x1.0p-52;

    private Jacobi() {}

    /// The `count` largest.
    ///
    /// @param matrix `[n][n]`, symmetric; kept as it is
    static SymmetricEigen of(double[][] matrix, int count) {
        int size = matrix.length;
        double[][] a = new double[size][];
        double[][] vectors = new double[size][size];
        double squares = 0;
        for (int i = 0; i < size; i++) {
            a[i] = matrix[i].clone();
            vectors[i][i] = 1;
            for (double value : a[i]) {
                squares += value * value;
            }
        }
        double negligible = PRECISION * Math.sqrt(squares) / Math.max(1, size);
        boolean rotated = true;
        for (int sweep = 0; rotated && sweep < SWEEPS; sweep++) {
            rotated = false;
            for (int p = 0; p < size; p++) {
                for (int q = p + 1; q < size; q++) {
                    if (Math.abs(a[p][q]) > negligible) {
                        rotate(a, vectors, p, q);
                        rotated = true;
                    }
                }
            }
        }
        double[] values = new double[size];
        for (int i = 0; i < size; i++) {
            values[i] = a[i][i];
        }
        return SymmetricEigen.largest(values, vectors, count);
    }

    private static void rotate(double[][] a, double[][] vectors, int p, int q) {
        double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        double t = Math.copySign(1, theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        double cosine = 1 / Math.sqrt(t * t + 1);
        double sine = t * cosine;
        for (int k = 0; k < a.length; k++) {
            double akp = a[k][p];
            double akq = a[k][q];
            a[k][p] = cosine * akp - sine * akq;
            a[k][q] = sine * akp + cosine * akq;
        }
        turn(a[p], a[q], cosine, sine);
        turn(vectors[p], vectors[q], cosine, sine);
    }

    private static void turn(double[] p, double[] q, double cosine, double sine) {
        for (int k = 0; k < p.length; k++) {
            double pk = p[k];
            double qk = q[k];
            p[k] = cosine * pk - sine * qk;
            q[k] = sine * pk + cosine * qk;
        }
    }
}
