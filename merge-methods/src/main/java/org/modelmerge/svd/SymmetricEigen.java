package org.modelmerge.svd;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/// Eigenvalues and eigenvectors of a symmetric matrix, largest first.
///
/// @param values descending
/// @param vectors `[k][n]`, the k-th of length 1 for the k-th value
record SymmetricEigen(double[] values, double[][] vectors) {
    /// The `count` largest.
    ///
    /// EJML's QR iteration does the work; should it ever fail to converge, [Jacobi] does, which cannot.
    ///
    /// @param matrix `[n][n]`, symmetric and finite
    static SymmetricEigen of(double[][] matrix, int count) {
        EigenDecomposition_F64<DMatrixRMaj> decomposition = DecompositionFactory_DDRM.eig(matrix.length, true, true);
        if (matrix.length == 0 || !decomposition.decompose(new DMatrixRMaj(matrix))) {
            return Jacobi.of(matrix, count);
        }
        double[] values = new double[matrix.length];
        double[][] vectors = new double[matrix.length][];
        for (int k = 0; k < matrix.length; k++) {
            values[k] = decomposition.getEigenvalue(k).getReal();
            DMatrixRMaj vector = decomposition.getEigenVector(k);
            vectors[k] = vector == null ? new double[matrix.length] : vector.getData();
        }
        return largest(values, vectors, count);
    }

    /// The largest of some pairs, in descending order; equal values keep their order.
    static SymmetricEigen largest(double[] values, double[][] vectors, int count) {
        List<Integer> order = new ArrayList<>();
        for (int k = 0; k < values.length; k++) {
            order.add(k);
        }
        order.sort(Comparator.comparing((Integer k) -> values[k]).reversed());
        double[] largest = new double[count];
        double[][] theirs = new double[count][];
        for (int k = 0; k < count; k++) {
            largest[k] = values[order.get(k)];
            theirs[k] = vectors[order.get(k)];
        }
        return new SymmetricEigen(largest, theirs);
    }
}
