package org.modelmerge.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A composed checkpoint, as plain data.
///
/// @param version of modelmerge
/// @param output last path component
/// @param folder last path component of the Twin folder
/// @param tasks in order
/// @param weights one per task
/// @param task whose biases were taken, null where they are routed or shared
/// @param sha256 file name to hash, in name order
/// @param bytesWritten of the model's files
public record ComposeReport(
        String version,
        String output,
        String folder,
        List<String> tasks,
        List<Float> weights,
        @Nullable String task,
        Map<String, String> sha256,
        long bytesWritten) {
    /// Copies all lists and maps.
    public ComposeReport {
        tasks = List.copyOf(tasks);
        weights = List.copyOf(weights);
        sha256 = Collections.unmodifiableMap(new TreeMap<>(sha256));
    }

    /// The members of the JSON document.
    ///
    /// @param outputName the output as it is to be named
    public Map<String, @Nullable Object> document(String outputName) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("output", outputName);
        members.put("method", "twin");
        members.put("folder", folder);
        members.put("tasks", tasks);
        members.put("weights", weights);
        members.put("task", task);
        members.put("bytesWritten", bytesWritten);
        members.put("sha256", sha256);
        members.put("warnings", List.of());
        members.put("version", version);
        return members;
    }
}
