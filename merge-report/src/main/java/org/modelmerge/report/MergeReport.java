package org.modelmerge.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.modelmerge.catalog.Citation;
import org.modelmerge.catalog.MethodEntry;
import org.modelmerge.engine.MergePlan;
import org.modelmerge.engine.MergePlan.CopyReason;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.engine.MergeResult;
import org.modelmerge.engine.WeightStatistics;
import org.modelmerge.evaluation.Evaluation;

/// What a merge leaves behind besides weights, as plain data. [JsonReport], [HtmlReport] and [ModelCard] write it down.
///
/// @param version of modelmerge
/// @param output last path component
/// @param method its description, with the effective parameters
/// @param settings the other choices that shaped the result, by option name
/// @param inputs base first, then the experts in task order
/// @param tensors how many tensors were merged, copied and dropped
/// @param copied names of copied tensors in output order, by reason
/// @param dropped names of tensors that only experts have
/// @param elements D, the number of merged elements
/// @param bytesRead from the inputs, over all passes
/// @param bytesWritten of the output files
/// @param sha256 file name to lower-case hex, in name order
/// @param warnings one line each
/// @param statistics null when they were left out
/// @param evaluation of base, experts and result on tasks, null when there were none
/// @param learning how the coefficients were learned, null when they were given
public record MergeReport(
        String version,
        String output,
        Method method,
        Map<String, Object> settings,
        List<Input> inputs,
        TensorCounts tensors,
        Map<CopyReason, List<String>> copied,
        List<String> dropped,
        long elements,
        long bytesRead,
        long bytesWritten,
        Map<String, String> sha256,
        List<String> warnings,
        @Nullable WeightStatistics statistics,
        @Nullable Evaluation evaluation,
        @Nullable Learning learning) {

    public MergeReport {
        settings = inOrder(settings);
        inputs = List.copyOf(inputs);
        copied = inOrder(copied);
        dropped = List.copyOf(dropped);
        sha256 = Collections.unmodifiableMap(new TreeMap<>(sha256));
        warnings = List.copyOf(warnings);
    }

    /// The method of a merge.
    ///
    /// @param name in the catalogue
    /// @param title for people
    /// @param summary one sentence
    /// @param equation as the paper writes it, one or more lines
    /// @param citation the paper and the code
    /// @param parameters effective values by option name, in the method's order
    public record Method(
            String name,
            String title,
            String summary,
            String equation,
            Citation citation,
            Map<String, Object> parameters) {
        public Method {
            parameters = inOrder(parameters);
        }

        /// The catalogue's description with these values.
        public static Method of(MethodEntry entry, Map<String, Object> parameters) {
            return new Method(
                    entry.name(), entry.title(), entry.summary(), entry.equation(), entry.citation(), parameters);
        }
    }

    /// One model that went in.
    ///
    /// @param name the task name, or `base`
    /// @param file last path component
    /// @param sizeBytes of all shards
    /// @param headerSha256 of the headers
    /// @param sha256 file name to hex of the whole file; empty when the inputs were not hashed
    /// @param origin what its tensors are computed from, for people; null if they are read as they are
    public record Input(
            String name,
            String file,
            long sizeBytes,
            String headerSha256,
            Map<String, String> sha256,
            @Nullable String origin) {
        public Input {
            sha256 = Collections.unmodifiableMap(new TreeMap<>(sha256));
        }

        /// A model that is read as it is.
        public Input(String name, String file, long sizeBytes, String headerSha256, Map<String, String> sha256) {
            this(name, file, sizeBytes, headerSha256, sha256, null);
        }
    }

    /// How many tensors of each fate; merged and copied together are the output's tensors.
    public record TensorCounts(long merged, long copied, long dropped) {}

    /// The report of a finished merge.
    ///
    /// @param outputName the output's path or its last component, which is all that is kept
    public static MergeReport of(MergePlan plan, MergeResult result, MethodEntry entry, String outputName) {
        Map<CopyReason, List<String>> copied = copiedByReason(plan);
        long copiedCount = copied.values().stream().mapToLong(List::size).sum();
        return new MergeReport(
                plan.version(),
                LastComponent.of(outputName, "output"),
                Method.of(entry, plan.parameters()),
                plan.settings(),
                inputs(plan, result.inputSha256()),
                new TensorCounts(
                        plan.tensors().size() - copiedCount,
                        copiedCount,
                        plan.dropped().size()),
                copied,
                plan.dropped(),
                plan.mergedElementCount(),
                result.bytesRead(),
                result.bytesWritten(),
                result.sha256(),
                result.warnings(),
                result.statistics(),
                null,
                null);
    }

    /// The same report with one more output file, for example the recipe of a folder.
    public MergeReport withFile(String name, String hex) {
        Map<String, String> more = new TreeMap<>(sha256);
        more.put(name, hex);
        return with(more, warnings, evaluation, learning);
    }

    /// The same report with an evaluation, whose warnings follow its own.
    public MergeReport withEvaluation(Evaluation done) {
        List<String> more = new ArrayList<>(warnings);
        more.addAll(done.warnings());
        return with(sha256, more, done, learning);
    }

    /// The same report of a merge whose coefficients were learned, with warnings before its own.
    public MergeReport withLearning(Learning done) {
        List<String> more = new ArrayList<>(done.warnings());
        more.addAll(warnings);
        return with(sha256, more, evaluation, done);
    }

    private MergeReport with(
            Map<String, String> files, List<String> lines, @Nullable Evaluation evaluated, @Nullable Learning learned) {
        return new MergeReport(
                version,
                output,
                method,
                settings,
                inputs,
                tensors,
                copied,
                dropped,
                elements,
                bytesRead,
                bytesWritten,
                files,
                lines,
                statistics,
                evaluated,
                learned);
    }

    /// The task names, in order.
    public List<String> tasks() {
        return inputs.stream().skip(1).map(Input::name).toList();
    }

    static Map<CopyReason, List<String>> copiedByReason(MergePlan plan) {
        Map<CopyReason, List<String>> copied = new EnumMap<>(CopyReason.class);
        for (PlannedTensor tensor : plan.tensors()) {
            CopyReason reason = tensor.copyReason();
            if (reason != null) {
                copied.computeIfAbsent(reason, _ -> new ArrayList<>()).add(tensor.name());
            }
        }
        return copied;
    }

    static List<Input> inputs(MergePlan plan, List<Map<String, String>> sha256) {
        List<Input> inputs = new ArrayList<>();
        for (int i = 0; i < plan.inputs().size(); i++) {
            MergePlan.Input input = plan.inputs().get(i);
            inputs.add(new Input(
                    input.name(),
                    LastComponent.of(input.path(), input.name()),
                    input.sizeBytes(),
                    input.headerSha256(),
                    i < sha256.size() ? sha256.get(i) : Map.of(),
                    input.origin()));
        }
        return inputs;
    }

    private static <K, V> Map<K, V> inOrder(Map<K, V> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
}
