package org.modelmerge.svd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SymmetricEigenTest {
    private static double[][] symmetric(int size, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] matrix = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                matrix[i][j] = random.nextDouble() - 0.5;
                matrix[j][i] = matrix[i][j];
            }
        }
        return matrix;
    }

    private static double[] vector(SymmetricEigen eigen, int k) {
        int from = eigen.places()[k] * eigen.size();
        return Arrays.copyOfRange(eigen.vectors(), from, from + eigen.size());
    }

    private static void write(double[][] matrix, double[] target) {
        for (int i = 0; i < matrix.length; i++) {
            System.arraycopy(matrix[i], 0, target, i * matrix.length, matrix.length);
        }
    }

    private static SymmetricEigen eigen(double[][] matrix, int count) {
        return SymmetricEigen.of(matrix.length, target -> write(matrix, target), count, Workspace.alone());
    }

    private static void requireEigenpairs(double[][] matrix, SymmetricEigen eigen) {
        for (int k = 0; k < eigen.values().length; k++) {
            double[] vector = vector(eigen, k);
            double norm = 0;
            for (int i = 0; i < matrix.length; i++) {
                double image = 0;
                for (int j = 0; j < matrix.length; j++) {
                    image += matrix[i][j] * vector[j];
                }
                assertThat(image).isCloseTo(eigen.values()[k] * vector[i], within(1e-11));
                norm += vector[i] * vector[i];
            }
            assertThat(norm).isCloseTo(1, within(1e-11));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 40})
    void findsThePairsOfLargestValues(int size) {
        double[][] matrix = symmetric(size, size);

        SymmetricEigen all = eigen(matrix, size);

        requireEigenpairs(matrix, all);
        assertThat(all.values()).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThat(eigen(matrix, 1).values()[0]).isEqualTo(all.values()[0]);
    }

    /// Its parts are put together here, with reflections and rotations on slices.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 17, 90, 128, 300})
    void hasTheBitsOfTheLibrary(int size) {
        double[][] matrix = symmetric(size, size);
        for (int i = 0; i < size; i++) {
            // Equal rows: some eigenvalues are 0.
            matrix[i][size / 2] = matrix[i][0];
            matrix[size / 2][i] = matrix[0][i];
        }
        EigenDecomposition_F64<DMatrixRMaj> library = DecompositionFactory_DDRM.eig(size, true, true);
        library.decompose(new DMatrixRMaj(matrix));

        SymmetricEigen all = eigen(matrix, size);

        for (int k = 0; k < size; k++) {
            int place = all.places()[k];
            assertThat(all.values()[k]).isEqualTo(library.getEigenvalue(place).getReal());
            assertThat(vector(all, k)).isEqualTo(library.getEigenVector(place).getData());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5, 40})
    void hasAFallBackThatFindsTheSame(int size) {
        double[][] matrix = symmetric(size, size);

        double[] input = new double[size * size];
        double[] vectors = new double[size * size];
        write(matrix, input);
        double[] values = Jacobi.decompose(size, input, vectors);
        SymmetricEigen slow = SymmetricEigen.largest(size, values, vectors, size);

        requireEigenpairs(matrix, slow);
        assertThat(slow.values()).containsExactly(eigen(matrix, size).values(), within(1e-11));
    }
}
