package org.modelmerge.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.CheckpointLayout;
import org.modelmerge.checkpoint.NameFilter;
import org.modelmerge.error.MergeException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// What is imported, and where it goes.
@Command(optionListHeading = "Import")
final class ImportOptions {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "PATH",
            description = "ends in .safetensors: one file; else a folder "
                    + "(default: the name of FILE with .safetensors, in the working directory)")
    @Nullable
    String output;

    @Option(
            names = {"-f", "--force"},
            description = "replace an existing output, atomically")
    boolean force;

    @Option(
            names = "--include",
            paramLabel = "REGEX",
            description = "import only tensors whose name, in the output or in FILE, has a match; repeatable")
    List<String> include = new ArrayList<>();

    @Option(names = "--exclude", paramLabel = "REGEX", description = "leave out tensors with a match; wins; repeatable")
    List<String> exclude = new ArrayList<>();

    @Option(
            names = "--max-shard-size",
            paramLabel = "SIZE",
            description = "such as 5GB, 500MB or 2GiB; folders only (default: 5GB)")
    @Nullable
    String maxShardSize;

    /// The patterns.
    NameFilter filter() throws MergeException {
        return new NameFilter(patterns("--include", include), patterns("--exclude", exclude));
    }

    private static List<Pattern> patterns(String option, List<String> texts) throws MergeException {
        List<Pattern> patterns = new ArrayList<>();
        for (String text : texts) {
            patterns.add(Words.pattern(option, text));
        }
        return patterns;
    }

    /// Where the output goes.
    Path output(Console console, Path file) throws MergeException {
        Path given = Words.pathOrNull(console, "--output", output);
        if (given != null) {
            return given;
        }
        String name = String.valueOf(file.getFileName());
        String stem = name.endsWith(".onnx") ? name.substring(0, name.length() - ".onnx".length()) : name;
        return console.directory().resolve(stem + ".safetensors");
    }

    /// The limit of a shard.
    long maxShardBytes() throws MergeException {
        return maxShardSize == null
                ? CheckpointLayout.DEFAULT_SHARD_BYTES
                : Words.size("--max-shard-size", maxShardSize);
    }
}
