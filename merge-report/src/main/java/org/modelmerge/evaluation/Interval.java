package org.modelmerge.evaluation;

/// A confidence interval.
///
/// @param low the lower end, counted in
/// @param high the upper end, counted in
public record Interval(double low, double high) {
    /// The confidence of every interval in an evaluation.
    public static final double CONFIDENCE = 0.95;

    /// Refuses ends in the wrong order.
    public Interval {
        if (!(low <= high)) {
            throw new IllegalArgumentException("interval from " + low + " to " + high);
        }
    }

    /// Whether a value lies inside.
    public boolean contains(double value) {
        return low <= value && value <= high;
    }
}
