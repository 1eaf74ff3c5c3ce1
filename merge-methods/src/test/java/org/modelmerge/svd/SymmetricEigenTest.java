package org.modelmerge.svd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
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

    private static void requireEigenpairs(double[][] matrix, SymmetricEigen eigen) {
        for (int k = 0; k < eigen.values().length; k++) {
            double[] vector = eigen.vectors()[k];
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

        SymmetricEigen all = SymmetricEigen.of(matrix, size);

        requireEigenpairs(matrix, all);
        assertThat(all.values()).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThat(SymmetricEigen.of(matrix, 1).values()[0]).isEqualTo(all.values()[0]);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5, 40})
    void hasAFallBackThatFindsTheSame(int size) {
        double[][] matrix = symmetric(size, size);

        SymmetricEigen slow = Jacobi.of(matrix, size);

        requireEigenpairs(matrix, slow);
        assertThat(slow.values())
                .containsExactly(SymmetricEigen.of(matrix, size).values(), within(1e-11));
    }
}
