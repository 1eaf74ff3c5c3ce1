package org.modelmerge.evaluation;

/// How much better a model is than another one on the same items.
///
/// @param task the task's name, or [#AVERAGE]
/// @param difference accuracy of the model less accuracy of the other
/// @param interval of the difference, by bootstrap
/// @param onlyModel items that only the model answers right
/// @param onlyReference items that only the other answers right
/// @param p of the exact test, [McNemar]; of the average by drawing signs
/// @param correctedP p corrected for all comparisons of the evaluation, [Holm]
public record Difference(
        String task,
        double difference,
        Interval interval,
        int onlyModel,
        int onlyReference,
        double p,
        double correctedP) {
    /// The name of the mean over all tasks.
    public static final String AVERAGE = "average";

    Difference corrected(double holm) {
        return new Difference(task, difference, interval, onlyModel, onlyReference, p, holm);
    }

    /// Whether the data show a difference: the interval leaves 0 out, and the corrected p value says the same.
    public boolean isMeasurable() {
        return correctedP < 1 - Interval.CONFIDENCE && !interval.contains(0);
    }

    /// The verdict in words: `better`, `worse` or `no measurable difference`.
    public String verdict() {
        return !isMeasurable() ? "no measurable difference" : difference > 0 ? "better" : "worse";
    }
}
