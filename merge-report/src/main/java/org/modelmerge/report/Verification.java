package org.modelmerge.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergeRequest.Limits;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.twin.TwinFolder;

/// Holds an output against its report, and inputs against the output's provenance.
public final class Verification {
    private Verification() {}

    /// What to verify.
    ///
    /// @param storage where files live
    /// @param output a model or a Twin folder that modelmerge wrote
    /// @param inputs base first, then the experts in task order; empty if they are not at hand
    /// @param reportPrefix the report without `.json`, null for its usual place
    /// @param sample what to merge again, null for nothing
    public record Order(
            Storage storage,
            Path output,
            List<Path> inputs,
            @Nullable Path reportPrefix,
            @Nullable Sample sample) {
        public Order {
            inputs = List.copyOf(inputs);
        }
    }

    /// A random sample of the output, to be merged again.
    ///
    /// @param share of the output, in (0, 1]
    /// @param seed chooses the sample
    /// @param limits threads, memory and slice size
    public record Sample(double share, long seed, Limits limits) {}

    /// All findings, in a fixed order.
    ///
    /// An output or a report that is malformed is a finding; malformed inputs are not.
    ///
    /// @throws MergeException if files cannot be read, or an input is malformed
    public static List<Finding> of(Order order, MergeObserver observer) throws MergeException {
        if (TwinFolder.isTwinFolder(order.storage(), order.output())) {
            return new TwinVerification(order, observer).findings();
        }
        List<Finding> findings = new ArrayList<>();
        try (Checkpoint output = Checkpoint.open(order.storage(), order.output())) {
            findings.add(Finding.holds(
                    output.path(), "well-formed, " + output.tensors().size() + " tensors"));
            ReportOfOutput report = ReportOfOutput.find(order, output);
            FileHasher hasher = new FileHasher(order.storage(), observer);
            findings.addAll(new OutputCheck(order.storage(), output, report, hasher).findings());
            List<Finding> inputs = new InputCheck(order, output, report.contents(), hasher).findings();
            findings.addAll(inputs);
            if (order.sample() != null) {
                findings.addAll(recomputed(order, order.sample(), output, report, inputs, observer));
            }
        } catch (MergeException e) {
            if (!findings.isEmpty() || e.code().exitCode() != ErrorCode.MALFORMED.exitCode()) {
                throw e;
            }
            findings.add(Finding.fails(order.output().toString(), String.valueOf(e.getMessage())));
        }
        return List.copyOf(findings);
    }

    private static List<Finding> recomputed(
            Order order,
            Sample sample,
            Checkpoint output,
            ReportOfOutput report,
            List<Finding> inputs,
            MergeObserver observer)
            throws MergeException {
        if (order.inputs().size() < 2 || inputs.stream().anyMatch(input -> input.answer() == Finding.Answer.FAILS)) {
            return List.of(Finding.unchecked(output.path(), "values not recomputed: these are not its inputs"));
        }
        return new RecomputeCheck(order, sample, output, report.contents()).findings(observer);
    }
}
