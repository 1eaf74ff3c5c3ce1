package org.modelmerge.cli;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.engine.MergePlan;
import org.modelmerge.engine.MergePlan.CopyReason;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.error.Printable;
import org.modelmerge.method.MergeMethod.PassDescription;
import org.modelmerge.report.MergeSession;

/// The plan of a merge for people: what `--dry-run` prints, and the line per tensor of `--verbose`.
final class PlanText {
    private PlanText() {}

    static List<String> lines(MergeSession session) {
        MergePlan plan = session.plan();
        List<String> lines = new ArrayList<>();
        lines.add("method   " + plan.method() + SummaryText.parameters(plan.parameters()));
        for (MergePlan.Input input : plan.inputs()) {
            lines.add("input    " + Printable.text(input.name()) + ": " + Printable.text(input.path()) + ", "
                    + Quantity.bytes(input.sizeBytes()) + " in "
                    + Quantity.count(input.shards().size(), "file")
                    + (input.origin() == null ? "" : ": " + input.origin()));
        }
        lines.add("merged   " + Quantity.count(mergedCount(plan), "tensor") + ", D = "
                + Quantity.count(plan.mergedElementCount()));
        Map<CopyReason, Long> copied = new EnumMap<>(CopyReason.class);
        for (PlannedTensor tensor : plan.tensors()) {
            CopyReason reason = tensor.copyReason();
            if (reason != null) {
                copied.merge(reason, 1L, Long::sum);
            }
        }
        copied.forEach(
                (reason, count) -> lines.add("copied   " + Quantity.count(count, "tensor") + ": " + rule(reason)));
        lines.add("dropped  " + Quantity.count(plan.dropped().size(), "tensor")
                + (plan.dropped().isEmpty() ? "" : ": only experts have them (--allow-extra)"));
        int number = 1;
        for (PassDescription pass : session.passes()) {
            lines.add("pass " + number++ + "   " + pass.name() + (pass.conditional() ? " (only if needed)" : ""));
        }
        lines.add("reads    " + Quantity.bytes(session.expectedBytesRead()) + " in the usual course");
        lines.add("memory   " + Quantity.bytes(session.peakMemoryBytes()) + " at most (estimated)");
        long size = 0;
        for (MergePlan.OutputFile file : plan.outputs()) {
            size += file.sizeBytes();
        }
        lines.add("output   " + Printable.text(session.order().output().toString()) + ": "
                + Quantity.count(plan.outputs().size(), "file") + ", " + Quantity.bytes(size));
        return lines;
    }

    /// One line per tensor: what happens to it.
    static List<String> tensors(MergePlan plan) {
        List<String> lines = new ArrayList<>();
        for (PlannedTensor tensor : plan.tensors()) {
            CopyReason reason = tensor.copyReason();
            lines.add(Printable.text(tensor.name()) + " " + tensor.dtype() + " " + tensor.shape() + ": "
                    + (reason == null ? "merge" : "copy, " + rule(reason)));
        }
        plan.dropped().forEach(name -> lines.add(Printable.text(name) + ": drop, only experts have it"));
        return lines;
    }

    private static long mergedCount(MergePlan plan) {
        return plan.tensors().stream().filter(PlannedTensor::isMerged).count();
    }

    private static String rule(CopyReason reason) {
        return switch (reason) {
            case INTEGER -> "integers and bools are never averaged";
            case UNSUPPORTED_DTYPE -> "no arithmetic on this dtype, equal in all models";
            case OUT_OF_SCOPE -> "outside --include and --exclude";
            case MISSING_IN_EXPERT -> "an expert lacks it (--allow-missing)";
        };
    }
}
