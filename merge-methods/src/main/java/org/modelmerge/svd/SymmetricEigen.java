package org.modelmerge.svd;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.decomposition.eig.symm.SymmetricQREigenHelper_DDRM;
import org.ejml.dense.row.decomposition.eig.symm.SymmetricQrAlgorithm_DDRM;
import org.jspecify.annotations.Nullable;

/// Eigenvalues and eigenvectors of a symmetric matrix, largest first.
///
/// @param size n
/// @param values descending
/// @param places of each value's vector among `vectors`
/// @param vectors `[n][n]` row-major, each of length 1
record SymmetricEigen(int size, double[] values, int[] places, double[] vectors) {
    /// The `count` largest.
    ///
    /// EJML's QR iteration does the work; should it ever fail to converge, [Jacobi] does, which cannot. The
    /// parts of the library are put together as in its `SymmetricQRAlgorithmDecomposition_DDRM`, on arrays of the
    /// workspace and with the workspace's threads.
    ///
    /// @param matrix writes the matrix `[n][n]` row-major, symmetric and finite
    static SymmetricEigen of(int size, Consumer<double[]> matrix, int count, Workspace workspace) {
        int elements = Math.multiplyExact(size, size);
        double[] input = workspace.doubles(elements);
        double[] vectors = workspace.doubles(elements);
        matrix.accept(input);
        double[] values = size == 0 ? null : byQrIteration(size, input, vectors, workspace);
        if (values == null) {
            matrix.accept(input);
            values = Jacobi.decompose(size, input, vectors);
        }
        workspace.release(input);
        return largest(size, values, vectors, count);
    }

    /// @param input is overwritten
    /// @return the eigenvalues in the order of the vectors, null if they did not converge
    private static double @Nullable [] byQrIteration(int size, double[] input, double[] vectors, Workspace workspace) {
        TridiagonalForm tridiagonal = new TridiagonalForm();
        if (!tridiagonal.decompose(DMatrixRMaj.wrap(size, size, input))) {
            return null;
        }
        double[] diagonal = new double[size];
        double[] off = new double[Math.max(0, size - 1)];
        tridiagonal.getDiagonal(diagonal, off);
        SymmetricQREigenHelper_DDRM helper = new SymmetricQREigenHelper_DDRM();
        SymmetricQrAlgorithm_DDRM iteration = new SymmetricQrAlgorithm_DDRM(helper);
        helper.init(diagonal.clone(), off.clone(), size);
        iteration.setFastEigenvalues(true);
        if (!iteration.process(-1, null, null)) {
            return null;
        }
        double[] shifts = helper.copyEigenvalues(null);
        tridiagonal.vectors(vectors, workspace);
        RotatedVectors rotated = new RotatedVectors(size, vectors, workspace);
        rotated.init(diagonal, off, size);
        SymmetricQrAlgorithm_DDRM rotating = new SymmetricQrAlgorithm_DDRM(rotated);
        rotating.setFastEigenvalues(true);
        rotating.setQ(DMatrixRMaj.wrap(size, size, vectors));
        boolean converged = rotating.process(-1, null, null, shifts);
        rotated.finish(vectors);
        return converged ? rotated.copyEigenvalues(null) : null;
    }

    /// The largest of some pairs, in descending order; equal values keep their order.
    static SymmetricEigen largest(int size, double[] values, double[] vectors, int count) {
        int[] places = IntStream.range(0, size)
                .boxed()
                .sorted(Comparator.comparing((Integer k) -> values[k]).reversed())
                .mapToInt(Integer::intValue)
                .limit(count)
                .toArray();
        double[] largest = new double[count];
        Arrays.setAll(largest, k -> values[places[k]]);
        return new SymmetricEigen(size, largest, places, vectors);
    }

    /// Bytes of the arrays that [#of] takes.
    ///
    /// @param threads of the workspace
    static long bytes(long size, int threads) {
        return 2 * size * size * Double.BYTES + TridiagonalForm.bytes(size, threads) + RotatedVectors.bytes(size);
    }

    /// Writes the k-th vector, times a factor.
    void vector(int k, double factor, float[] target) {
        int from = places[k] * size;
        for (int j = 0; j < size; j++) {
            target[j] = (float) (vectors[from + j] * factor);
        }
    }

    /// The first vectors in float32.
    float[][] vectors(int count, Workspace workspace) {
        float[][] narrow = workspace.floats(count, size);
        for (int k = 0; k < count; k++) {
            vector(k, 1, narrow[k]);
        }
        return narrow;
    }

    /// Gives the arrays back.
    void release(Workspace workspace) {
        workspace.release(vectors);
    }
}
