package org.modelmerge.svd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PivotedCholeskyTest {
    private static final double NEGLIGIBLE = 1e-5;

    private static double[][] gram(float[][] rows) {
        double[][] gram = new double[rows.length][rows.length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < rows.length; j++) {
                for (int k = 0; k < rows[i].length; k++) {
                    gram[i][j] += (double) rows[i][k] * rows[j][k];
                }
            }
        }
        return gram;
    }

    private static void requireOrthonormal(float[][] combinations, double[][] gram) {
        for (int a = 0; a < combinations.length; a++) {
            for (int b = 0; b < combinations.length; b++) {
                double product = 0;
                for (int i = 0; i < gram.length; i++) {
                    for (int j = 0; j < gram.length; j++) {
                        product += combinations[a][i] * gram[i][j] * combinations[b][j];
                    }
                }
                assertThat(product).as("of %d and %d", a, b).isCloseTo(a == b ? 1 : 0, within(2e-4));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 5", "2, 9", "7, 30", "40, 90"})
    void combinesIndependentVectorsToOrthonormalOnes(int count, int length) {
        float[][] rows = Matrices.random(count, length, count);
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < length; j++) {
                // Of very different lengths, which pivoting puts in order.
                rows[i][j] *= i % 3 + 0.2f;
            }
        }

        float[][] combinations = PivotedCholesky.combinations(gram(rows), NEGLIGIBLE, Workspace.alone());

        assertThat(combinations).hasDimensions(count, count);
        requireOrthonormal(combinations, gram(rows));
    }

    @Test
    void leavesOutVectorsThatDependOnOthers() {
        float[][] rows = Matrices.decaying(12, 50, 5, 3);

        float[][] combinations = PivotedCholesky.combinations(gram(rows), NEGLIGIBLE, Workspace.alone());

        assertThat(combinations).hasDimensions(5, 12);
        requireOrthonormal(combinations, gram(rows));
    }

    @Test
    void findsNothingAmongZeros() {
        assertThat(PivotedCholesky.combinations(new double[3][3], NEGLIGIBLE, Workspace.alone()))
                .isEmpty();
    }
}
