package org.modelmerge.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.engine.MergePlan;
import org.modelmerge.engine.MergePlan.CopyReason;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.engine.MergePlan.Range;
import org.modelmerge.engine.MergeResult;
import org.modelmerge.engine.WeightStatistics;
import org.modelmerge.report.MergeReport.Input;
import org.modelmerge.report.MergeReport.TensorCounts;

/// Whether models can be merged, and how their weights differ: what `merge check` says.
///
/// @param version of modelmerge
/// @param mergeable the answer
/// @param verdict the answer as a sentence
/// @param inputs base first, then the experts in task order
/// @param experts facts about each expert, in task order
/// @param tensors how many tensors a merge would merge, copy and drop
/// @param copied names of tensors that a merge would copy, by reason
/// @param elements D, the number of elements a merge would compute
/// @param bytesRead from the inputs
/// @param warnings one line each
/// @param statistics null if the inputs cannot be merged
public record CheckReport(
        String version,
        boolean mergeable,
        String verdict,
        List<Input> inputs,
        List<Expert> experts,
        TensorCounts tensors,
        Map<CopyReason, List<String>> copied,
        long elements,
        long bytesRead,
        List<String> warnings,
        @Nullable WeightStatistics statistics) {

    public CheckReport {
        inputs = List.copyOf(inputs);
        experts = List.copyOf(experts);
        copied = Map.copyOf(copied);
        warnings = List.copyOf(warnings);
    }

    /// One expert.
    ///
    /// @param task its name
    /// @param dtypes of the tensors that a merge reads, with counts, for example `BF16 (146)`
    /// @param base what the weights say about its base, one line
    /// @param mismatches why it cannot be merged, one line each; empty if it can
    public record Expert(String task, String dtypes, String base, List<String> mismatches) {
        public Expert {
            mismatches = List.copyOf(mismatches);
        }
    }

    /// The answer for models that can be merged.
    ///
    /// @param measured from `MergeJob.measure`
    public static CheckReport of(MergePlan plan, MergeResult measured) {
        Map<CopyReason, List<String>> copied = MergeReport.copiedByReason(plan);
        long copiedCount = copied.values().stream().mapToLong(List::size).sum();
        List<Expert> experts = new ArrayList<>();
        for (int i = 0; i < plan.tasks().size(); i++) {
            experts.add(
                    new Expert(plan.tasks().get(i), dtypes(plan, i + 1), baseOf(measured.statistics(), i), List.of()));
        }
        return new CheckReport(
                plan.version(),
                true,
                "These models can be merged.",
                MergeReport.inputs(plan, measured.inputSha256()),
                experts,
                new TensorCounts(
                        plan.tensors().size() - copiedCount,
                        copiedCount,
                        plan.dropped().size()),
                copied,
                plan.mergedElementCount(),
                measured.bytesRead(),
                measured.warnings(),
                measured.statistics());
    }

    /// The answer for models that cannot be merged; there is no plan then and nothing was measured.
    ///
    /// @param experts with their mismatches
    /// @param reason one line
    public static CheckReport refused(String version, String reason, List<Expert> experts) {
        return new CheckReport(
                version,
                false,
                "These models cannot be merged: " + reason,
                List.of(),
                experts,
                new TensorCounts(0, 0, 0),
                Map.of(),
                0,
                0,
                List.of(),
                null);
    }

    private static String dtypes(MergePlan plan, int model) {
        Map<DType, Integer> counts = new EnumMap<>(DType.class);
        for (PlannedTensor tensor : plan.tensors()) {
            Range range = model < tensor.ranges().size() ? tensor.ranges().get(model) : null;
            if (range != null) {
                counts.merge(range.dtype(), 1, Integer::sum);
            }
        }
        return counts.entrySet().stream()
                .map(entry -> entry.getKey() + " (" + entry.getValue() + ")")
                .collect(Collectors.joining(", "));
    }

    private static String baseOf(@Nullable WeightStatistics statistics, int task) {
        if (statistics == null) {
            return "not measured";
        }
        if (statistics.equalsBase()[task]) {
            return "equal to the base";
        }
        double cosine = statistics.total().cosineToBase(task);
        if (Double.isNaN(cosine)) {
            return "not comparable: a norm is 0";
        }
        String likely = cosine >= WeightStatistics.SAME_BASE_COSINE ? "likely the same base" : "probably another base";
        return String.format(Locale.ROOT, "%s (cosine of weights %.6f)", likely, cosine);
    }
}
