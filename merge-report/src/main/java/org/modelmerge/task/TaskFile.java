package org.modelmerge.task;

import java.nio.file.Path;
import java.util.List;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.MergeException;
import org.modelmerge.yaml.StrictYaml;
import org.modelmerge.yaml.Tree;

/// A task file: the network and the tasks that a model is evaluated on, or learns from.
///
/// @param model how the network is built and fed
/// @param tasks at least one; in a merge, task i belongs to expert i
public record TaskFile(ModelSettings model, List<Task> tasks) {
    /// Copies the list.
    public TaskFile {
        tasks = List.copyOf(tasks);
    }

    /// Reads a task file; its paths are relative to the folder that it lies in. Nothing else is opened.
    ///
    /// @throws MergeException `MALFORMED` with file, place and what was expected; `NOT_FOUND` and others of its
    /// kind
    public static TaskFile read(Path file) throws MergeException {
        return read(LocalStorage.INSTANCE, file);
    }

    /// Reads a task file from a storage.
    ///
    /// @throws MergeException as [#read(Path)] does
    public static TaskFile read(Storage storage, Path file) throws MergeException {
        try {
            return new TaskFileReader(file).file(Tree.of("", StrictYaml.read(storage, file)));
        } catch (MergeException e) {
            throw e.inFile(file.toString());
        }
    }
}
