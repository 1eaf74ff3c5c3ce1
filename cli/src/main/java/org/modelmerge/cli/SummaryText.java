package org.modelmerge.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.Printable;
import org.modelmerge.report.MergeOrder;
import org.modelmerge.report.MergeOutcome;
import org.modelmerge.report.MergeReport;

/// What a finished merge says: a few lines for people, one document for programs.
final class SummaryText {
    /// Below this the start of the process is all that a speed would show.
    private static final long LEAST_BYTES = 100_000_000;

    private SummaryText() {}

    static List<String> lines(MergeOrder order, MergeOutcome outcome, double seconds) {
        MergeReport report = outcome.report();
        List<String> lines = new ArrayList<>();
        lines.add("method   " + report.method().name()
                + parameters(report.method().parameters()));
        lines.add("tasks    "
                + String.join(", ", report.tasks().stream().map(Printable::text).toList()));
        lines.add("tensors  " + tensors(report.tensors()) + "; D = " + Quantity.count(report.elements()));
        lines.add("bytes    " + Quantity.bytes(report.bytesRead()) + " read, " + Quantity.bytes(report.bytesWritten())
                + " written");
        long bytes = report.bytesRead() + report.bytesWritten();
        lines.add("time     " + Quantity.duration(seconds)
                + (bytes < LEAST_BYTES ? "" : ", " + Quantity.threeDigits(bytes / 1e9 / seconds) + " GB/s"));
        lines.add("output   " + Printable.text(order.output().toString()));
        if (report.evaluation() != null) {
            lines.add(TaskEvaluation.line(report.evaluation()));
        }
        if (outcome.reportPrefix() != null) {
            lines.add("report   " + Printable.text(outcome.reportPrefix() + ".html"));
        }
        return lines;
    }

    /// ` lambda=0.3 density=0.2`, or nothing.
    static String parameters(Map<String, Object> parameters) {
        StringBuilder text = new StringBuilder();
        parameters.forEach(
                (name, value) -> text.append(' ').append(name).append('=').append(value(value)));
        return text.toString();
    }

    private static String value(Object value) {
        if (value instanceof List<?> list) {
            return String.join(",", list.stream().map(String::valueOf).toList());
        }
        // A table of coefficients has a row per tensor.
        return value instanceof Map<?, ?> ? "(table)" : Printable.text(String.valueOf(value));
    }

    static String tensors(MergeReport.TensorCounts counts) {
        return Quantity.count(counts.merged()) + " merged, " + Quantity.count(counts.copied()) + " copied, "
                + Quantity.count(counts.dropped()) + " dropped";
    }

    /// Where the report is, null without one.
    static @Nullable String reportPrefix(MergeOutcome outcome) {
        Path prefix = outcome.reportPrefix();
        return prefix == null ? null : prefix.toString();
    }
}
