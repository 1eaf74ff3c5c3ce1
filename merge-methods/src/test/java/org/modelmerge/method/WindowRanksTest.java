package org.modelmerge.method;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.Property;

/// Ranks and sign elections by a sample and one pass, against whole arrays.
final class WindowRanksTest {
    private static final List<String> SAMPLED = List.of("m, sample", "m");
    private static final List<String> MISLED = List.of("m, sample", "m", "m, upper bits", "m, lower bits");

    /// Task vectors of many kinds: smooth, coarse with many equal values, mostly 0, one constant.
    private static float[][] taskVectors(SplittableRandom random, int tasks, int size) {
        float[][] tau = new float[tasks][size];
        for (float[] row : tau) {
            int kind = random.nextInt(5);
            for (int j = 0; j < size; j++) {
                float smooth = (float) random.nextDouble(-1, 1) * (float) random.nextDouble();
                row[j] = switch (kind) {
                    case 0 -> Math.round(smooth * 16) / 16f;
                    case 1 -> random.nextInt(10) > 0 ? 0 : smooth;
                    case 2 -> 0.25f;
                    default -> smooth;
                };
            }
        }
        return tau;
    }

    private static float[] sortedMagnitudes(float[] row) {
        float[] sorted = new float[row.length];
        for (int j = 0; j < row.length; j++) {
            sorted[j] = Math.abs(row[j]);
        }
        Arrays.sort(sorted);
        return sorted;
    }

    private static void check(SplittableRandom random, float[][] tau, int sampled) throws MergeException {
        int size = tau[0].length;
        ArrayScan scan = new ArrayScan(new float[size], tau, 1 + random.nextInt(700), sampled);
        long[] ranks = {0, size / 10, random.nextInt(size), size * 8L / 10, size - 1};
        float[][] found = scan.ranks("m", Slice::magnitude, ranks);
        assertThat(scan.passes).isIn(SAMPLED, MISLED, List.of("m, sample", "m, upper bits", "m, lower bits"));
        for (int i = 0; i < tau.length; i++) {
            float[] sorted = sortedMagnitudes(tau[i]);
            for (int r = 0; r < ranks.length; r++) {
                assertThat(found[i][r]).as("task %d, rank %d", i, ranks[r]).isEqualTo(sorted[(int) ranks[r]]);
            }
        }
    }

    @Test
    void findsExactRanksWhateverTheSampleIs() {
        Property.forAll("ranks by windows", 150, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            int size = 1 + random.nextInt(5000);
            float[][] tau = taskVectors(random, 1 + random.nextInt(3), size);
            check(random, tau, random.nextInt(size + 1));
        });
    }

    @Test
    void readsOnceAfterASampleThatIsLikeTheRest() throws MergeException {
        SplittableRandom random = new SplittableRandom(5);
        float[] tau = new float[100_000];
        for (int j = 0; j < tau.length; j++) {
            tau[j] = (float) random.nextDouble(-1, 1);
        }
        ArrayScan scan = new ArrayScan(new float[tau.length], new float[][] {tau}, 512, 20_000);
        float found = scan.ranks("m", Slice::magnitude, 80_000)[0][0];
        assertThat(scan.passes).isEqualTo(SAMPLED);
        assertThat(found).isEqualTo(sortedMagnitudes(tau)[80_000]);
    }

    @Test
    void readsAgainWhereTheSampleMisleads() throws MergeException {
        float[] tau = new float[50_000];
        for (int j = 0; j < tau.length; j++) {
            tau[j] = j < 5_000 ? 1e-3f * j : 100 + j;
        }
        ArrayScan scan = new ArrayScan(new float[tau.length], new float[][] {tau}, 512, 5_000);
        assertThat(scan.ranks("m", Slice::magnitude, 40_000)[0][0]).isEqualTo(40_100f);
        assertThat(scan.passes).isEqualTo(MISLED);
    }

    /// The balance of signs in one pass against one that knows the thresholds.
    @Test
    void electsAsIfTheThresholdsWereKnown() {
        Property.forAll("sign elections", 200, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            int size = 1 + random.nextInt(4000);
            float[][] tau = taskVectors(random, 1 + random.nextInt(4), size);
            Density density = Density.fraction(1 - random.nextDouble());
            ArrayScan scan = new ArrayScan(new float[size], tau, 1 + random.nextInt(700), random.nextInt(size + 1));

            SignElection election = SignElection.overModel(scan, density);

            long rank = density.thresholdRank(size);
            long balance = 0;
            for (int j = 0; j < size; j++) {
                float sum = 0;
                for (float[] row : tau) {
                    float threshold = rank < 0 ? 0 : sortedMagnitudesAt(row, rank);
                    sum += Math.abs(row[j]) >= threshold ? row[j] : 0;
                }
                balance += sum > 0 ? 1 : sum < 0 ? -1 : 0;
            }
            assertThat(election.majority()).isEqualTo(Long.signum(balance));
            for (int i = 0; i < tau.length; i++) {
                assertThat(election.threshold()[0][i]).isEqualTo(rank < 0 ? 0 : sortedMagnitudesAt(tau[i], rank));
            }
        });
    }

    private float[] lastRow = new float[0];
    private float[] lastSorted = new float[0];

    private float sortedMagnitudesAt(float[] row, long rank) {
        if (row != lastRow) {
            lastRow = row;
            lastSorted = sortedMagnitudes(row);
        }
        return lastSorted[(int) rank];
    }
}
