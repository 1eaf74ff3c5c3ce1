package org.modelmerge.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.modelmerge.kernel.RankHistogram.Position;
import org.modelmerge.testing.Property;

final class RankHistogramTest {
    /// The value of a rank as the two passes find it, over any number of pieces.
    private static float select(long rank, float[]... pieces) {
        long[] upper = new long[RankHistogram.BINS];
        for (float[] piece : pieces) {
            RankHistogram.countUpper(piece, upper);
        }
        Position position = RankHistogram.locate(upper, rank);
        long[] lower = new long[RankHistogram.BINS];
        for (float[] piece : pieces) {
            RankHistogram.countLower(piece, position.bin(), lower);
        }
        int low = RankHistogram.locate(lower, rank - position.below()).bin();
        return RankHistogram.decode(position.bin(), low);
    }

    /// `Arrays.sort` puts NaN last as we do, and -0 before +0, which count as one number here.
    private static float[] sorted(float[] values) {
        float[] sorted = values.clone();
        for (int j = 0; j < sorted.length; j++) {
            sorted[j] = sorted[j] == 0 ? 0f : sorted[j];
        }
        Arrays.sort(sorted);
        return sorted;
    }

    private static void assertAgreesWithSorting(float[] values) {
        float[] sorted = sorted(values);
        for (int rank = 0; rank < sorted.length; rank++) {
            assertThat(Float.floatToIntBits(select(rank, values)))
                    .as("rank %d of %s", rank, Arrays.toString(values))
                    .isEqualTo(Float.floatToIntBits(sorted[rank]));
        }
    }

    @Test
    void ordersSpecialValues() {
        assertAgreesWithSorting(new float[] {
            Float.NaN,
            Float.POSITIVE_INFINITY,
            Float.MAX_VALUE,
            1f,
            Math.nextUp(1f),
            Float.MIN_NORMAL,
            Float.MIN_VALUE,
            0f,
            -0f,
            -Float.MIN_VALUE,
            -1f,
            -Float.MAX_VALUE,
            Float.NEGATIVE_INFINITY,
            Float.intBitsToFloat(0xffc01234),
            Float.intBitsToFloat(0x7f800001)
        });
    }

    @Test
    void givesPositiveZeroForEitherZero() {
        assertThat(Float.floatToRawIntBits(select(0, new float[] {-0f, -0f}))).isZero();
        assertThat(Float.floatToRawIntBits(select(1, new float[] {-0f, 0f}))).isZero();
    }

    @Test
    void agreesWithSortingOfAnyBits() {
        Property.forAll("rank of any bits", 20, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            float[] values = new float[1 + random.nextInt(12)];
            for (int j = 0; j < values.length; j++) {
                values[j] = Float.intBitsToFloat(random.nextInt());
            }
            assertAgreesWithSorting(values);
        });
    }

    @Test
    void agreesWithSortingOfCrowdedValuesWithDuplicatesInAnyPartition() {
        Property.forAll("rank of crowded values", 30, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            float[] values = new float[1 + random.nextInt(3000)];
            // Few distinct values, most of them in one bin of the first pass.
            int distinct = 1 + random.nextInt(500);
            for (int j = 0; j < values.length; j++) {
                float near = Float.intBitsToFloat(0x3f800000 + 200 * random.nextInt(distinct));
                values[j] = random.nextInt(4) == 0 ? -near : near;
            }
            int cut = random.nextInt(values.length + 1);
            float[] sorted = sorted(values);
            for (int k = 0; k < 5; k++) {
                int rank = k == 0 ? 0 : k == 1 ? values.length - 1 : random.nextInt(values.length);
                float found = select(
                        rank, Arrays.copyOfRange(values, cut, values.length), Arrays.copyOfRange(values, 0, cut));
                assertThat(found).as("rank %d", rank).isEqualTo(sorted[rank]);
            }
        });
    }

    @Test
    void refusesARankThatIsNotThere() {
        long[] counts = new long[RankHistogram.BINS];
        RankHistogram.countUpper(new float[] {1, 2, 3}, counts);

        assertThatThrownBy(() -> RankHistogram.locate(counts, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rank 3 of 3 values");
    }

    @Test
    void countsBeyondTheRangeOfInt() {
        long[] counts = new long[RankHistogram.BINS];
        counts[7] = 3_000_000_000L;
        counts[9] = 3_000_000_000L;

        assertThat(RankHistogram.locate(counts, 2_999_999_999L)).isEqualTo(new Position(7, 0));
        assertThat(RankHistogram.locate(counts, 3_000_000_000L)).isEqualTo(new Position(9, 3_000_000_000L));
    }
}
