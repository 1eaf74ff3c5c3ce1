package org.modelmerge.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// Holds an output against its report, and inputs against the output's provenance.
public final class Verification {
    private Verification() {}

    /// What to verify.
    ///
    /// @param storage where files live
    /// @param output a model that modelmerge wrote
    /// @param inputs base first, then the experts in task order; empty if they are not at hand
    /// @param reportPrefix the report without `.json`, null for its usual place
    public record Order(
            Storage storage,
            Path output,
            List<Path> inputs,
            @Nullable Path reportPrefix) {
        public Order {
            inputs = List.copyOf(inputs);
        }
    }

    /// One part of the work; more can be added to the list in [#of].
    private interface Step {
        List<Finding> findings() throws MergeException;
    }

    /// All findings, in a fixed order.
    ///
    /// An output or a report that is malformed is a finding; malformed inputs are not.
    ///
    /// @throws MergeException if files cannot be read, or an input is malformed
    public static List<Finding> of(Order order, MergeObserver observer) throws MergeException {
        List<Finding> findings = new ArrayList<>();
        try (Checkpoint output = Checkpoint.open(order.storage(), order.output())) {
            findings.add(Finding.holds(
                    output.path(), "well-formed, " + output.tensors().size() + " tensors"));
            ReportOfOutput report = ReportOfOutput.find(order, output);
            FileHasher hasher = new FileHasher(order.storage(), observer);
            List<Step> steps = List.of(
                    () -> new OutputCheck(order.storage(), output, report, hasher).findings(),
                    () -> new InputCheck(order, output, report.contents(), hasher).findings());
            for (Step step : steps) {
                findings.addAll(step.findings());
            }
        } catch (MergeException e) {
            if (!findings.isEmpty() || e.code().exitCode() != ErrorCode.MALFORMED.exitCode()) {
                throw e;
            }
            findings.add(Finding.fails(order.output().toString(), String.valueOf(e.getMessage())));
        }
        return List.copyOf(findings);
    }
}
