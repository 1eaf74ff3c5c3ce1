package org.modelmerge.learning;

import java.util.List;
import org.modelmerge.adamerging.CoefficientTable;
import org.modelmerge.adamerging.LearningTrace;

/// What learning gives.
///
/// @param table the coefficients, clamped as they are applied
/// @param trace how they were learned
/// @param warnings one line each
public record LearnedCoefficients(CoefficientTable table, LearningTrace trace, List<String> warnings) {
    /// Copies the list.
    public LearnedCoefficients {
        warnings = List.copyOf(warnings);
    }
}
