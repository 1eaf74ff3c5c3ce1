package org.modelmerge.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.StrictJson;

/// Statistics against values of SciPy, which `scipy.json` holds together with the expressions that gave them.
final class StatisticsTest {
    /// Of seed 0, stream 1, by the definition of SplitMix64 in another language.
    private static final List<Double> FIRST_TWO = List.of(0.10373596748155078, 0.09400787505523789);

    private static List<List<?>> cases(String name) throws IOException, MergeException {
        try (InputStream in = StatisticsTest.class.getResourceAsStream("scipy.json")) {
            Map<?, ?> document = (Map<?, ?>) StrictJson.parse(in.readAllBytes());
            List<List<?>> cases = new ArrayList<>();
            ((List<?>) document.get(name)).forEach(row -> cases.add((List<?>) row));
            return cases;
        }
    }

    private static int whole(Object number) {
        return ((Number) number).intValue();
    }

    private static double real(Object number) {
        return ((Number) number).doubleValue();
    }

    private static List<PairCount> pairs(Object rows) {
        List<PairCount> pairs = new ArrayList<>();
        for (Object row : (List<?>) rows) {
            List<?> counts = (List<?>) row;
            pairs.add(new PairCount(whole(counts.get(0)), whole(counts.get(1)), whole(counts.get(2))));
        }
        return pairs;
    }

    static List<List<?>> wilson() throws Exception {
        return cases("wilson");
    }

    @ParameterizedTest
    @MethodSource("wilson")
    void givesTheIntervalsOfWilson(List<?> row) {
        Interval interval = Wilson.of(whole(row.get(0)), whole(row.get(1)), real(row.get(2)));

        assertThat(interval.low()).isCloseTo(real(row.get(3)), within(1e-9));
        assertThat(interval.high()).isCloseTo(real(row.get(4)), within(1e-9));
    }

    static List<List<?>> mcnemar() throws Exception {
        return cases("mcnemar");
    }

    @ParameterizedTest
    @MethodSource("mcnemar")
    void givesTheExactPOfMcNemar(List<?> row) {
        int b = whole(row.get(0));
        int c = whole(row.get(1));
        double expected = real(row.get(2));

        assertThat(McNemar.exact(b, c)).isCloseTo(expected, within(1e-9 * expected));
        assertThat(McNemar.exact(c, b)).isEqualTo(McNemar.exact(b, c));
    }

    static List<List<?>> sums() throws Exception {
        return cases("sums");
    }

    @ParameterizedTest
    @MethodSource("sums")
    void knowsTheDistributionOfAResampledSum(List<?> row) {
        ResampledSum sum = ResampledSum.of(whole(row.get(0)), real(row.get(1)), real(row.get(2)));

        assertThat(sum.quantile(0.025)).isEqualTo(whole(row.get(3)));
        assertThat(sum.quantile(0.975)).isEqualTo(whole(row.get(4)));
    }

    static List<List<?>> bootstrap() throws Exception {
        return cases("bootstrap");
    }

    @ParameterizedTest
    @MethodSource("bootstrap")
    void resamplesLikeABootstrapThatDrawsEachItem(List<?> row) {
        int b = whole(row.get(0));
        int c = whole(row.get(1));
        int n = whole(row.get(2));
        ResampledSum sum = ResampledSum.of(n, (double) b / n, (double) c / n);

        // One step of the lattice: the other side has drawn its resamples.
        assertThat((double) sum.quantile(0.025) / n).isCloseTo(real(row.get(3)), within(1.01 / n));
        assertThat((double) sum.quantile(0.975) / n).isCloseTo(real(row.get(4)), within(1.01 / n));
    }

    static List<List<?>> signs() throws Exception {
        return cases("signs");
    }

    @ParameterizedTest
    @MethodSource("signs")
    void drawsSignsToThePOfAnAverage(List<?> row) {
        double exact = real(row.get(1));
        double error = Math.sqrt(exact * (1 - exact) / Bootstrap.RESAMPLES);

        assertThat(new Bootstrap(0).p(pairs(row.get(0)), 1)).isCloseTo(exact, within(4 * error + 1e-4));
    }

    static List<List<?>> averages() throws Exception {
        return cases("averages");
    }

    @ParameterizedTest
    @MethodSource("averages")
    void resamplesAnAverageTaskByTask(List<?> row) {
        Interval interval = new Bootstrap(0).averageDifference(pairs(row.get(0)), 1);

        assertThat(interval.low()).isCloseTo(real(row.get(1)), within(0.002));
        assertThat(interval.high()).isCloseTo(real(row.get(2)), within(0.002));
    }

    @Test
    void coversTheTrueDifferenceAsOftenAsItSays() {
        double[] shares = coverage(200, 0.08, 0.05, 2000);

        assertThat(shares[0]).isBetween(0.94, 0.975);
    }

    @Test
    void coversTheTrueDifferenceWhenHardlyAnyAnswerDiffers() {
        double[] shares = coverage(100, 0.01, 0.005, 2000);

        assertThat(shares[0]).isGreaterThan(0.95);
    }

    @Test
    void findsDifferencesBetweenEqualModelsAtMostAsOftenAsItSays() {
        double[] shares = coverage(400, 0.06, 0.06, 2000);

        assertThat(shares[1]).isLessThan(0.05);
    }

    @Test
    void findsDifferencesThatAreThere() {
        double[] shares = coverage(1000, 0.12, 0.04, 200);

        assertThat(shares[1]).isGreaterThan(0.99);
    }

    /// Simulated tasks of models that alone answer an item right with known probabilities: how often the interval
    /// covers the true difference, and how often the verdict sees one.
    private static double[] coverage(int n, double p, double q, int simulationCount) {
        CounterRandom random = new CounterRandom(7, 0);
        int covered = 0;
        int seen = 0;
        for (int s = 0; s < simulationCount; s++) {
            int b = 0;
            int c = 0;
            for (int i = 0; i < n; i++) {
                double u = random.uniform();
                b += u < p ? 1 : 0;
                c += u >= p && u < p + q ? 1 : 0;
            }
            Interval interval = Bootstrap.difference(new PairCount(b, c, n));
            double exact = McNemar.exact(b, c);
            covered += interval.contains(p - q) ? 1 : 0;
            seen += new Difference("t", (double) (b - c) / n, interval, b, c, exact, exact).isMeasurable() ? 1 : 0;
        }
        return new double[] {(double) covered / simulationCount, (double) seen / simulationCount};
    }

    @Test
    void isNotCertainOfEqualityBecauseNoAnswerDiffers() {
        Interval interval = Bootstrap.difference(new PairCount(0, 0, 50));

        assertThat(interval.low()).isLessThanOrEqualTo(-0.02);
        assertThat(interval.high()).isGreaterThanOrEqualTo(0.02);
    }

    @Test
    void correctsForTheNumberOfComparisons() {
        // The example of Holm's method: 0.01 * 4, 0.02 * 3, 0.03 * 2 raised to its predecessor, 0.04 likewise.
        assertThat(Holm.correct(new double[] {0.04, 0.01, 0.03, 0.02})).containsExactly(0.06, 0.04, 0.06, 0.06);
        assertThat(Holm.correct(new double[] {0.7, 0.6})).containsExactly(1, 1);
        assertThat(Holm.correct(new double[] {})).isEmpty();
    }

    @Test
    void drawsTheSameNumbersOnEveryMachine() {
        CounterRandom random = new CounterRandom(0, 1);

        assertThat(CounterRandom.mix(0x9e3779b97f4a7c15L)).isEqualTo(0xe220a8397b1dcdafL);
        assertThat(List.of(random.uniform(), random.uniform())).isEqualTo(FIRST_TWO);
        assertThat(new CounterRandom(1, 1).uniform()).isNotEqualTo(FIRST_TWO.getFirst());
        assertThat(new CounterRandom(0, 2).uniform()).isNotEqualTo(FIRST_TWO.getFirst());
    }

    @Test
    void drawsNumbersThatFillTheUnitInterval() {
        CounterRandom random = new CounterRandom(3, 4);
        int[] counts = new int[10];
        for (int i = 0; i < 100_000; i++) {
            counts[(int) (10 * random.uniform())]++;
        }

        assertThat(Arrays.stream(counts).boxed())
                .allSatisfy(count -> assertThat(count).isBetween(9_600, 10_400));
    }

    @Test
    void refusesCountsThatAreNone() {
        assertThatThrownBy(() -> Wilson.of(2, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Wilson.of(0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> McNemar.exact(-1, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
