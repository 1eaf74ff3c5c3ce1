package org.modelmerge.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.Shard;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// Looks at which files the inputs are, whatever their spelling.
public final class InputChecks {
    private InputChecks() {}

    /// Refuses an expert that is the base itself.
    ///
    /// @param inputs base first
    /// @return a warning for each expert that was given before
    /// @throws MergeException `USAGE` if an expert's files are the base's own
    public static List<String> of(Storage storage, List<Checkpoint> inputs) throws MergeException {
        Set<Path> base = files(storage, inputs.getFirst());
        Set<Set<Path>> seen = new HashSet<>();
        List<String> warnings = new ArrayList<>();
        for (Checkpoint expert : inputs.subList(1, inputs.size())) {
            Set<Path> files = files(storage, expert);
            if (files.equals(base)) {
                throw MergeException.of(ErrorCode.USAGE, "this expert is BASE itself")
                        .inFile(expert.path());
            }
            if (!seen.add(files)) {
                warnings.add(Printable.text(expert.path()) + ": this expert is given more than once");
            }
        }
        return List.copyOf(warnings);
    }

    /// Refuses an output that is an input or another file of its model folder, or that holds one.
    ///
    /// @throws MergeException `OUTPUT_IS_INPUT`
    static void refuseOutput(Storage storage, List<Checkpoint> inputs, Path output) throws MergeException {
        if (storage.kind(output) == Storage.Kind.ABSENT) {
            return;
        }
        Path real = storage.realPath(output);
        for (Checkpoint input : inputs) {
            refuse(storage, input, output, real);
        }
    }

    private static void refuse(Storage storage, Checkpoint input, Path output, Path real) throws MergeException {
        for (Path file : filesAndSideFiles(storage, input)) {
            // The name in its folder, too: a hub cache's snapshot holds links to files that lie elsewhere.
            Path named = storage.realPath(file.resolveSibling("")).resolve(file.getFileName());
            if (storage.isSame(output, file) || storage.realPath(file).startsWith(real) || named.startsWith(real)) {
                throw MergeException.of(
                                ErrorCode.OUTPUT_IS_INPUT,
                                "this output is, or holds, the input " + Printable.text(file.toString()))
                        .inFile(output.toString())
                        .withHint("choose another output with -o");
            }
        }
    }

    private static List<Path> filesAndSideFiles(Storage storage, Checkpoint input) throws MergeException {
        List<Path> files = new ArrayList<>();
        for (Shard shard : input.shards()) {
            files.add(Path.of(shard.name()));
        }
        Path folder = input.folder();
        if (folder != null) {
            for (String name : SideFiles.namesOfInput(storage, folder)) {
                if (storage.kind(folder.resolve(name)) != Storage.Kind.ABSENT) {
                    files.add(folder.resolve(name));
                }
            }
        }
        return files;
    }

    private static Set<Path> files(Storage storage, Checkpoint checkpoint) throws MergeException {
        Set<Path> files = new HashSet<>();
        for (Shard shard : checkpoint.shards()) {
            files.add(storage.realPath(Path.of(shard.name())));
        }
        return files;
    }
}
