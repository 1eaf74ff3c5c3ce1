package org.modelmerge.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.modelmerge.engine.WeightStatistics.Sums;
import org.modelmerge.error.Printable;

/// What only the values can show: an expert of another base, an expert that changes nothing, losses by rounding.
final class ValueWarnings {
    private static final double NOTABLE_LOSS = 0.1;

    private ValueWarnings() {}

    static List<String> of(WeightStatistics statistics) {
        List<String> warnings = new ArrayList<>();
        Sums total = statistics.total();
        for (int i = 0; i < statistics.tasks().size(); i++) {
            String task = Printable.text(statistics.tasks().get(i));
            double norm = total.norm(i);
            double cosine = total.cosineToBase(i);
            if (statistics.equalsBase()[i] && total.elementCount() > 0) {
                warnings.add("expert " + task + " equals the base on all merged tensors");
            } else if (cosine < WeightStatistics.SAME_BASE_COSINE) {
                warnings.add("expert " + task
                        + " does not look like a fine-tune of this base: the cosine of their weights is "
                        + number(cosine) + ", its task vector is " + number(norm / Math.sqrt(total.baseSquares()))
                        + " times the base's norm");
            }
            double lost = Math.sqrt(total.narrowingSquares()[i]) / total.norm(i);
            if (lost > NOTABLE_LOSS) {
                warnings.add("expert " + task + " is stored in fewer bits than the base: rounding makes up "
                        + percent(lost) + " of its task vector's norm");
            }
        }
        double rounding = Math.sqrt(total.roundingSquares()) / total.mergedNorm();
        if (rounding > NOTABLE_LOSS) {
            warnings.add("rounding to the output's dtype changes the merged task vector by " + percent(rounding)
                    + " of its norm; --dtype f32 keeps it");
        }
        return warnings;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3g", value);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f%%", Math.min(share, 9.99) * 100);
    }
}
