package org.modelmerge.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RowPairSumsTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 16, 63, 64, 65, 512, RowPairSums.PITCH})
    void addsFourScaledRowsToEachTargetFromTheLeft(int count) {
        SplittableRandom random = new SplittableRandom(count);
        float[][] rows = new float[6][];
        for (int k = 0; k < rows.length; k++) {
            rows[k] = random(count, random);
        }
        float[] first = random(7, random);
        float[] second = random(7, random);
        float[] sums = random(2 * RowPairSums.PITCH, random);
        float[] expected = sums.clone();
        for (int j = 0; j < count; j++) {
            for (int k = 0; k < RowPairSums.ROWS; k++) {
                float one = first[3 + k] * rows[1 + k][j];
                float other = second[3 + k] * rows[1 + k][j];
                expected[j] += one;
                expected[RowPairSums.PITCH + j] += other;
            }
        }

        for (int repeat = 0; repeat < 3; repeat++) {
            float[] target = sums.clone();
            RowPairSums.add(first, second, 3, rows, 1, target, count);
            assertThat(target).isEqualTo(expected);
        }
    }

    private static float[] random(int count, SplittableRandom random) {
        float[] values = new float[count];
        for (int j = 0; j < count; j++) {
            values[j] = random.nextFloat() - 0.5f;
        }
        return values;
    }
}
