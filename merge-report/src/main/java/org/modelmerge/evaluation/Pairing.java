package org.modelmerge.evaluation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.Comparison.Kind;

/// Compares models on the same items, and corrects for the number of comparisons.
final class Pairing {
    private final List<String> tasks;
    private final Bootstrap bootstrap;
    private final List<Comparison> comparisons = new ArrayList<>();
    private final List<Double> p = new ArrayList<>();

    Pairing(List<String> tasks, Bootstrap bootstrap) {
        this.tasks = tasks;
        this.bootstrap = bootstrap;
    }

    /// Each model against baseline and individual experts, then each against the models before it.
    List<Comparison> comparisons(
            List<ModelAnswers> models, @Nullable ModelAnswers baseline, @Nullable ModelAnswers individual)
            throws MergeException {
        for (int i = 0; i < models.size(); i++) {
            ModelAnswers model = models.get(i);
            if (baseline != null && !isSame(model, baseline)) {
                compare(model, baseline, Kind.BASELINE);
            }
            if (individual != null) {
                compare(model, individual, Kind.INDIVIDUAL);
            }
            for (ModelAnswers earlier : models.subList(0, i)) {
                if (!isSame(model, baseline) && !isSame(earlier, baseline)) {
                    compare(model, earlier, Kind.MODEL);
                }
            }
        }
        return corrected();
    }

    private static boolean isSame(ModelAnswers model, @Nullable ModelAnswers other) {
        return other != null && other.name().equals(model.name());
    }

    private void compare(ModelAnswers model, ModelAnswers other, Kind kind) throws MergeException {
        List<Difference> differences = new ArrayList<>();
        List<PairCount> pairs = new ArrayList<>();
        for (String task : tasks) {
            Answers ours = model.to(task);
            Answers theirs = other.to(task);
            if (ours != null && theirs != null) {
                PairCount pair = PairCount.of(task, ours, theirs);
                pairs.add(pair);
                double exact = McNemar.exact(pair.onlyFirst(), pair.onlySecond());
                differences.add(difference(task, pair.difference(), Bootstrap.difference(pair), pair, exact));
            }
        }
        // Numbers of different comparisons come from different streams; 0 is the accuracies'.
        long stream = 2L * comparisons.size() + 1;
        Difference average = pairs.size() == tasks.size() && tasks.size() > 1 ? average(pairs, stream) : null;
        comparisons.add(new Comparison(model.name(), other.name(), kind, differences, average));
    }

    private Difference average(List<PairCount> pairs, long stream) {
        PairCount all = new PairCount(
                pairs.stream().mapToInt(PairCount::onlyFirst).sum(),
                pairs.stream().mapToInt(PairCount::onlySecond).sum(),
                pairs.stream().mapToInt(PairCount::total).sum());
        double mean = pairs.stream().mapToDouble(PairCount::difference).sum() / pairs.size();
        return difference(
                Difference.AVERAGE,
                mean,
                bootstrap.averageDifference(pairs, stream),
                all,
                bootstrap.p(pairs, stream + 1));
    }

    private Difference difference(String task, double value, Interval interval, PairCount counts, double pValue) {
        p.add(pValue);
        return new Difference(task, value, interval, counts.onlyFirst(), counts.onlySecond(), pValue, pValue);
    }

    /// The comparisons with p values corrected for all of them, in the order in which they were made.
    private List<Comparison> corrected() {
        double[] corrected =
                Holm.correct(p.stream().mapToDouble(Double::doubleValue).toArray());
        List<Comparison> result = new ArrayList<>();
        int next = 0;
        for (Comparison comparison : comparisons) {
            List<Difference> differences = new ArrayList<>();
            for (Difference difference : comparison.tasks()) {
                differences.add(difference.corrected(corrected[next++]));
            }
            Difference average = comparison.average();
            result.add(new Comparison(
                    comparison.model(),
                    comparison.against(),
                    comparison.kind(),
                    differences,
                    average == null ? null : average.corrected(corrected[next++])));
        }
        return result;
    }
}
