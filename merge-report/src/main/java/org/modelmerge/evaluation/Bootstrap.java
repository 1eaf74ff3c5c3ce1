package org.modelmerge.evaluation;

import java.util.Arrays;
import java.util.List;

/// Percentile intervals by resampling test items with replacement (Efron, "Bootstrap Methods: Another Look at the
/// Jackknife", Annals of Statistics 7, 1979), task by task: an average over tasks counts each task alike, so each task
/// is resampled by itself (stratified).
///
/// Resampled sums are drawn from their exact distributions ([ResampledSum]); an interval of one task is read off its
/// distribution without any drawing.
final class Bootstrap {
    /// The ends of an interval of 95% wander by about 1% of its width with so many resamples.
    static final int RESAMPLES = 20_000;

    private static final double TAIL = (1 - Interval.CONFIDENCE) / 2;

    /// Two sums of the same numbers in another order may differ by rounding.
    private static final double ROUNDING = 1e-12;

    private final long seed;

    /// @param seed gives the same intervals again
    Bootstrap(long seed) {
        this.seed = seed;
    }

    /// The interval of the difference on one task.
    static Interval difference(PairCount pair) {
        ResampledSum sum = pair.resampled();
        return new Interval((double) sum.quantile(TAIL) / pair.total(), (double) sum.quantile(1 - TAIL) / pair.total());
    }

    /// The interval of the mean over tasks of the difference.
    ///
    /// @param pairs one per task
    /// @param stream distinguishes this interval's random numbers from others'
    Interval averageDifference(List<PairCount> pairs, long stream) {
        return average(
                pairs.stream().map(PairCount::resampled).toList(),
                pairs.stream().mapToInt(PairCount::total).toArray(),
                stream);
    }

    /// The interval of the mean accuracy over tasks; half a count more for right and wrong answers, as in
    /// [PairCount#resampled()].
    ///
    /// @param answers one per task
    Interval averageAccuracy(List<Answers> answers, long stream) {
        return average(
                answers.stream()
                        .map(task -> ResampledSum.of(task.total(), (task.correct() + 0.5) / (task.total() + 1.0), 0))
                        .toList(),
                answers.stream().mapToInt(Answers::total).toArray(),
                stream);
    }

    private Interval average(List<ResampledSum> sums, int[] totals, long stream) {
        CounterRandom random = new CounterRandom(seed, stream);
        double[] means = new double[RESAMPLES];
        for (int r = 0; r < RESAMPLES; r++) {
            double mean = 0;
            for (int t = 0; t < totals.length; t++) {
                mean += (double) sums.get(t).quantile(random.uniform()) / totals[t];
            }
            means[r] = mean / totals.length;
        }
        Arrays.sort(means);
        int outside = (int) (RESAMPLES * TAIL);
        return new Interval(means[outside], means[RESAMPLES - 1 - outside]);
    }

    /// The p value of the mean difference over tasks: McNemar's test for several tasks. If the models were
    /// equally good, each item that one of them alone answers right might as well be the other's; so the signs of
    /// these items are drawn anew.
    ///
    /// ```
    /// p = (1 + number of draws with |mean| >= |observed mean|) / (1 + draws)
    /// ```
    ///
    /// @param stream as of the interval, but another one
    double p(List<PairCount> pairs, long stream) {
        List<ResampledSum> coins = pairs.stream()
                .map(pair -> ResampledSum.ofCoin(pair.onlyFirst() + pair.onlySecond()))
                .toList();
        double observed =
                Math.abs(pairs.stream().mapToDouble(PairCount::difference).sum());
        CounterRandom random = new CounterRandom(seed, stream);
        int extreme = 0;
        for (int r = 0; r < RESAMPLES; r++) {
            double sum = 0;
            for (int t = 0; t < coins.size(); t++) {
                PairCount pair = pairs.get(t);
                int discordant = pair.onlyFirst() + pair.onlySecond();
                int heads = coins.get(t).quantile(random.uniform());
                sum += (double) (2 * heads - discordant) / pair.total();
            }
            extreme += Math.abs(sum) >= observed - ROUNDING ? 1 : 0;
        }
        return (1.0 + extreme) / (1.0 + RESAMPLES);
    }
}
