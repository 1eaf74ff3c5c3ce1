package org.modelmerge.report;

import java.util.List;
import org.modelmerge.adamerging.LearningTrace;

/// How the coefficients of a merge were learned.
///
/// @param trace what each step saw
/// @param transductive the tasks whose unlabelled samples are the inputs that accuracy is measured on
/// @param warnings one line each
public record Learning(LearningTrace trace, List<String> transductive, List<String> warnings) {
    /// Copies the lists.
    public Learning {
        transductive = List.copyOf(transductive);
        warnings = List.copyOf(warnings);
    }
}
