package org.modelmerge.report;

import java.util.List;
import org.modelmerge.evaluation.Evaluation;
import org.modelmerge.evaluation.Gates;

/// An evaluation and what was asked of it. [HtmlReport] and [EvaluationJson] write it down.
///
/// @param version of modelmerge
/// @param evaluation the numbers
/// @param gates how the models met them; empty if there were none
public record EvaluationReport(String version, Evaluation evaluation, List<Gates.Verdict> gates) {
    /// Copies the list.
    public EvaluationReport {
        gates = List.copyOf(gates);
    }

    /// An evaluation held against gates.
    public static EvaluationReport of(String version, Evaluation evaluation, Gates gates) {
        return new EvaluationReport(version, evaluation, gates.verdicts(evaluation));
    }

    /// The gates that were missed.
    public List<Gates.Verdict> missed() {
        return gates.stream().filter(gate -> !gate.passed()).toList();
    }
}
