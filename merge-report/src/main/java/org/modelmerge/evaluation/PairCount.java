package org.modelmerge.evaluation;

import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// How the answers of two models to the same items agree.
///
/// @param onlyFirst items that only the first model answers right
/// @param onlySecond items that only the second model answers right
/// @param total all items, 1 or more
record PairCount(int onlyFirst, int onlySecond, int total) {
    /// Counts item by item.
    ///
    /// @throws MergeException `MISMATCH` if the two did not answer the same items
    static PairCount of(String task, Answers first, Answers second) throws MergeException {
        if (first.total() != second.total()) {
            throw notTheSame(task, first.total() + " and " + second.total() + " items");
        }
        int onlyFirst = 0;
        int onlySecond = 0;
        for (int i = 0; i < first.total(); i++) {
            if (!first.label(i).equals(second.label(i))) {
                throw notTheSame(
                        task,
                        "labels " + Printable.text(first.label(i)) + " and " + Printable.text(second.label(i))
                                + " of item " + i);
            }
            onlyFirst += first.isCorrect(i) && !second.isCorrect(i) ? 1 : 0;
            onlySecond += second.isCorrect(i) && !first.isCorrect(i) ? 1 : 0;
        }
        return new PairCount(onlyFirst, onlySecond, first.total());
    }

    private static MergeException notTheSame(String task, String got) {
        return MergeException.of(
                ErrorCode.MISMATCH,
                "answers to task " + Printable.text(task) + " belong to different items (got " + got
                        + ", expected the same)");
    }

    /// The accuracy of the first less that of the second.
    double difference() {
        return (double) (onlyFirst - onlySecond) / total;
    }

    /// What the difference of right answers would be in resamples of the items.
    ///
    /// Half a count more in each of the four cells (both right, both wrong, one of them), as Agresti and Min
    /// recommend for paired shares ("Simple improved confidence intervals for comparing matched proportions",
    /// Statistics in Medicine 24, 2005): without it, models that never differ on 20 items would be equal beyond
    /// doubt.
    ResampledSum resampled() {
        return ResampledSum.of(total, (onlyFirst + 0.5) / (total + 2.0), (onlySecond + 0.5) / (total + 2.0));
    }
}
