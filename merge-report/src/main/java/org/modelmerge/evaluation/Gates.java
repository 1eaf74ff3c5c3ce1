package org.modelmerge.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.Printable;
import org.modelmerge.evaluation.Comparison.Kind;

/// What models must reach.
///
/// @param minAverage the least average over tasks, or score; null for any
/// @param maxDrop the largest drop of any one task against the baseline, a fraction; null for any
/// @param lowerBound whether the lower ends of the intervals are held against the limits instead of the values
public record Gates(@Nullable Double minAverage, @Nullable Double maxDrop, boolean lowerBound) {
    /// Sums of fractions miss decimal limits by rounding alone.
    private static final double ROUNDING = 1e-12;

    /// Nothing to reach.
    public static final Gates NONE = new Gates(null, null, false);

    /// How a model met a gate.
    ///
    /// @param gate the option: `min-average` or `max-drop`
    /// @param model its name
    /// @param value what was held against the limit
    /// @param limit what was wanted
    /// @param passed whether it was reached
    /// @param text the whole in words
    public record Verdict(String gate, String model, double value, double limit, boolean passed, String text) {}

    /// One verdict per gate and model, in that order.
    public List<Verdict> verdicts(Evaluation evaluation) {
        List<Verdict> verdicts = new ArrayList<>();
        for (ModelResult model : evaluation.models()) {
            if (minAverage != null) {
                verdicts.add(average(model, minAverage));
            }
            if (maxDrop != null) {
                verdicts.add(drop(evaluation, model, maxDrop));
            }
        }
        return verdicts;
    }

    private Verdict average(ModelResult model, double limit) {
        Interval interval = model.interval();
        double value = lowerBound && interval != null ? interval.low() : model.average();
        boolean passed = value >= limit - ROUNDING;
        return verdict(
                "min-average",
                model,
                value,
                limit,
                passed,
                (interval == null ? "score " : "average ")
                        + number(value)
                        + suffix()
                        + (passed ? " reaches " : " is below ")
                        + number(limit));
    }

    private Verdict drop(Evaluation evaluation, ModelResult model, double limit) {
        ModelResult baseline = evaluation.baseline();
        String what = "score";
        double value = baseline == null ? 0 : baseline.average() - model.average();
        if (!evaluation.isOfScores()) {
            Difference worst = evaluation.comparisons().stream()
                    .filter(c -> c.kind() == Kind.BASELINE && c.model().equals(model.model()))
                    .flatMap(c -> c.tasks().stream())
                    .min(Comparator.comparingDouble(this::held))
                    .orElse(null);
            // Without a comparison the model is the baseline itself.
            what = worst == null ? "" : "task " + Printable.text(worst.task());
            value = worst == null ? 0 : -held(worst);
        }
        boolean passed = value <= limit + ROUNDING;
        String against = baseline == null ? "" : " against " + Printable.text(baseline.model());
        String drops = value <= 0 ? "no drop" : what + " drops by " + number(value);
        return verdict(
                "max-drop",
                model,
                value,
                limit,
                passed,
                drops + suffix() + against + (passed ? ", no more than " : ", more than ") + number(limit));
    }

    private double held(Difference difference) {
        return lowerBound ? difference.interval().low() : difference.difference();
    }

    private String suffix() {
        return lowerBound ? " (lower bound)" : "";
    }

    private static Verdict verdict(
            String gate, ModelResult model, double value, double limit, boolean passed, String words) {
        return new Verdict(gate, model.model(), value, limit, passed, Printable.text(model.model()) + ": " + words);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
