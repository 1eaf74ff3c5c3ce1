package org.modelmerge.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class RowRotationTest {
    @Test
    void rotatesTwoNeighbouringRows() {
        double[] rows = new SplittableRandom(1).doubles(4 * RowRotation.WIDTH).toArray();
        double[] expected = rows.clone();
        for (int j = 0; j < RowRotation.WIDTH; j++) {
            double upper = rows[RowRotation.WIDTH + j];
            double lower = rows[2 * RowRotation.WIDTH + j];
            expected[RowRotation.WIDTH + j] = 0.6 * upper + 0.8 * lower;
            expected[2 * RowRotation.WIDTH + j] = 0.6 * lower - 0.8 * upper;
        }

        RowRotation.apply(rows, 1, 0.6, 0.8);

        assertThat(rows).isEqualTo(expected);
    }
}
