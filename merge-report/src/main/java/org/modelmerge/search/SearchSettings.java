package org.modelmerge.search;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.engine.MergePlan;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.Split;
import org.modelmerge.task.Task;
import org.modelmerge.task.TaskData;
import org.modelmerge.task.TaskFile;

/// Everything that the trials of a search depend on: what a log must have been written for to be gone on with.
///
/// The budget is left out: a larger one goes on where a smaller one ended.
///
/// @param tasks the task names, in order
/// @param members by name, in values that JSON has
public record SearchSettings(List<String> tasks, Map<String, Object> members) {
    /// Copies both.
    public SearchSettings {
        tasks = List.copyOf(tasks);
        members = new LinkedHashMap<>(members);
    }

    /// A search scored by a command.
    ///
    /// @param plan of a merge with any values; inputs and settings are taken from it
    /// @param fixed the method's parameters that are not searched
    public static SearchSettings of(
            MergePlan plan, Map<String, Object> fixed, SearchStrategy strategy, String command) {
        return of(plan, fixed, strategy, Map.of("command", command));
    }

    /// A search scored by tasks: their files count by content.
    ///
    /// @param path of the task file
    /// @throws MergeException as the system refuses to read them
    public static SearchSettings of(
            MergePlan plan,
            Map<String, Object> fixed,
            SearchStrategy strategy,
            Storage storage,
            Path path,
            TaskFile file,
            Split split)
            throws MergeException {
        List<@Nullable Path> files = new ArrayList<>();
        files.add(path);
        files.add(file.model().tokenizer());
        files.add(file.model().frozen());
        for (Task task : file.tasks()) {
            files.add(task.head() == null ? null : task.head().file());
            TaskData data = split == Split.TEST ? task.test() : task.validation();
            files.add(data == null ? null : data.file());
            files.add(data instanceof TaskData.Images images ? images.labels() : null);
        }
        List<String> hashes = new ArrayList<>();
        for (Path one : files) {
            if (one != null && storage.kind(one) == Storage.Kind.FILE) {
                hashes.add(hash(storage, one));
            }
        }
        Map<String, Object> score = new LinkedHashMap<>();
        score.put("split", split.name());
        score.put("files", hashes);
        return of(plan, fixed, strategy, score);
    }

    private static SearchSettings of(
            MergePlan plan, Map<String, Object> fixed, SearchStrategy strategy, Map<String, Object> score) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("version", plan.version());
        members.put("method", plan.method());
        members.put("parameters", fixed);
        members.put("settings", plan.settings());
        members.put("search", strategy.description());
        members.put("score", score);
        List<Map<String, Object>> inputs = new ArrayList<>();
        for (MergePlan.Input input : plan.inputs()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", input.name());
            one.put("size", input.sizeBytes());
            one.put("headerSha256", input.headerSha256());
            inputs.add(one);
        }
        members.put("inputs", inputs);
        return new SearchSettings(plan.tasks(), members);
    }

    private static String hash(Storage storage, Path file) throws MergeException {
        try (RangeSource source = storage.open(file)) {
            return Hashes.of(source, _ -> {});
        } catch (MergeException e) {
            throw e.inFile(file.toString());
        }
    }
}
