package org.modelmerge.svd;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ProductsTest {
    @ParameterizedTest
    @CsvSource({"1, 1, 1", "3, 8, 5", "130, 65, 700", "2, 200, 1100", "5, 3, 127", "129, 64, 513", "257, 70, 1030"})
    void sumsFromTheLeftWhateverTheBlocksAndThreads(int rows, int depth, int columns) {
        float[][] left = Matrices.random(rows, depth, 1);
        float[][] right = Matrices.random(depth, columns, 2);
        float[][] expected = new float[rows][columns];
        for (int i = 0; i < rows; i++) {
            for (int k = 0; k < depth; k++) {
                for (int j = 0; j < columns; j++) {
                    float product = left[i][k] * right[k][j];
                    expected[i][j] += product;
                }
            }
        }

        for (int threads = 1; threads <= 3; threads++) {
            Workspace workspace = new Workspace(new Workers(threads));
            assertThat(Products.multiply(left, right, columns, workspace)).isDeepEqualTo(expected);
            assertThat(Products.multiplyTransposed(left, Matrices.transposed(right, columns), depth, workspace))
                    .isDeepEqualTo(expected);
        }
    }
}
