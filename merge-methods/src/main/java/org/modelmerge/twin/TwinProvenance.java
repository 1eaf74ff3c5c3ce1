package org.modelmerge.twin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.engine.MergePlan;
import org.modelmerge.engine.MergeResult;
import org.modelmerge.json.JsonWriter;
import org.modelmerge.twin.TwinManifest.Expert;
import org.modelmerge.twin.TwinManifest.Part;
import org.modelmerge.twin.TwinManifest.Source;
import org.modelmerge.twin.TwinManifest.Tensor;

/// What the files of a Twin folder say of where they come from: the header of each expert, and `twin.json`.
///
/// @param plan of the shared expert
/// @param apartBase the base, where a finished merge took its place in the plan; else null
/// @param merged what came of the plan
record TwinProvenance(
        TwinMerging method, MergePlan plan, @Nullable Checkpoint apartBase, MergeResult merged) {
    /// The metadata in the header of an expert. Experts belong to the values of one shared expert, which its header
    /// does not tell from those of another.
    Map<String, String> metadata(String task) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt");
        metadata.put("modelmerge.version", plan.version());
        metadata.put("modelmerge.twin.task", task);
        metadata.put("modelmerge.twin.baseHeaderSha256", base().headerSha256());
        metadata.put("modelmerge.twin.sharedSha256", sharedSha256());
        metadata.put("modelmerge.twin.rankRule", "int((1 - mask-rate) * min(m, n)), columns of U scaled by S");
        metadata.put("modelmerge.parameters", JsonWriter.write(method.parameters()));
        metadata.put("modelmerge.settings", JsonWriter.write(plan.settings()));
        return metadata;
    }

    /// What `twin.json` says.
    ///
    /// @param parts the files of the experts, in task order
    /// @param done what was kept of each tensor
    TwinManifest manifest(Checkpoint shared, List<Part> parts, List<Tensor> done) {
        List<Expert> experts = new ArrayList<>();
        for (int task = 0; task < parts.size(); task++) {
            String name = plan.tasks().get(task);
            experts.add(new Expert(name, source(task + 1, name), parts.get(task)));
        }
        return new TwinManifest(
                plan.version(),
                method.parameters(),
                plan.settings(),
                base(),
                apartBase == null ? null : source(0, "base"),
                new Part(TwinManifest.SHARED_FILE, shared.sizeBytes(), shared.headerSha256(), sharedSha256()),
                experts,
                done);
    }

    private Source base() {
        return apartBase == null
                ? source(0, "base")
                : new Source(
                        lastComponent(apartBase.path()), apartBase.sizeBytes(), apartBase.headerSha256(), Map.of());
    }

    private Source source(int input, String name) {
        MergePlan.Input planned = plan.inputs().get(input);
        return new Source(
                lastComponent(planned.path()).isEmpty() ? name : lastComponent(planned.path()),
                planned.sizeBytes(),
                planned.headerSha256(),
                merged.inputSha256().get(input));
    }

    private String sharedSha256() {
        return merged.sha256().getOrDefault(TwinManifest.SHARED_FILE, "");
    }

    private static String lastComponent(String path) {
        String trimmed = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return trimmed.substring(trimmed.lastIndexOf('/') + 1);
    }
}
