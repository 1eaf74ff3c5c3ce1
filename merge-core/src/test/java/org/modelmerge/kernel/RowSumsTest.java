package org.modelmerge.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RowSumsTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 16, 63, 64, 65, 512, 4098})
    void addsEightScaledRowsFromTheLeft(int count) {
        SplittableRandom random = new SplittableRandom(count);
        float[][] rows = new float[10][count];
        float[] factors = new float[11];
        float[] sum = new float[count];
        fill(factors, random);
        fill(sum, random);
        for (float[] row : rows) {
            fill(row, random);
        }
        float[] expected = sum.clone();
        for (int j = 0; j < count; j++) {
            for (int k = 0; k < RowSums.ROWS; k++) {
                float product = factors[3 + k] * rows[1 + k][j];
                expected[j] += product;
            }
        }

        for (int repeat = 0; repeat < 3; repeat++) {
            float[] target = sum.clone();
            RowSums.add(factors, 3, rows, 1, target, count);
            assertThat(target).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 33, 128})
    void addsEightScaledRowsInFloat64(int count) {
        SplittableRandom random = new SplittableRandom(count);
        double[][] rows = new double[RowSums.ROWS][count];
        double[] factors = random.doubles(RowSums.ROWS).toArray();
        for (int k = 0; k < rows.length; k++) {
            rows[k] = random.doubles(count).toArray();
        }
        double[] expected = new double[count];
        for (int j = 0; j < count; j++) {
            for (int k = 0; k < RowSums.ROWS; k++) {
                double product = factors[k] * rows[k][j];
                expected[j] += product;
            }
        }

        double[] sum = new double[count];
        RowSums.add(factors, 0, rows, 0, sum, count);

        assertThat(sum).isEqualTo(expected);
    }

    private static void fill(float[] values, SplittableRandom random) {
        for (int j = 0; j < values.length; j++) {
            values[j] = random.nextFloat() - 0.5f;
        }
    }
}
