package org.modelmerge.search;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.Map;

/// One direction of a continuous search: an option between two values, for all tasks or for one.
///
/// @param option the name of the method's option, `lambda` or `density`
/// @param task the task whose coefficient it is, or [#SHARED]
/// @param low least value
/// @param high largest value
/// @param start where the search begins
public record Axis(String option, int task, double low, double high, double start) {
    /// The task of an axis that stands for all.
    public static final int SHARED = -1;

    /// Decimals of the values that are tried: what is printed is what was merged, and no score sees more.
    private static final int DECIMALS = 4;

    /// Refuses an empty interval, and a start outside.
    public Axis {
        if (!(low < high && low <= start && start <= high)) {
            throw new IllegalArgumentException(option + " from " + low + " to " + high + ", start " + start);
        }
    }

    /// The value at a place from 0 to 1.
    double at(double place) {
        double value = low + place * (high - low);
        return BigDecimal.valueOf(Math.clamp(value, low, high))
                .setScale(DECIMALS, RoundingMode.HALF_EVEN)
                .doubleValue();
    }

    /// The place of the start, from 0 to 1.
    double startPlace() {
        return (start - low) / (high - low);
    }

    /// As values that JSON has.
    Map<String, Object> description() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("option", option);
        members.put("task", task);
        members.put("low", low);
        members.put("high", high);
        members.put("start", start);
        return members;
    }
}
