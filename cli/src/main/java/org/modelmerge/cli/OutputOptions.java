package org.modelmerge.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// What is written, and where.
@Command(optionListHeading = "Output")
final class OutputOptions {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "PATH",
            description = "ends in .safetensors: one file; else a folder "
                    + "(default: merged.safetensors when BASE is a file, merged/ when it is a folder)")
    @Nullable
    String output;

    @Option(
            names = {"-f", "--force"},
            description = "replace existing outputs, reports and recipes too, atomically")
    boolean force;

    @Option(
            names = {"-n", "--dry-run"},
            description = "read headers, print the plan, write nothing")
    boolean dryRun;

    @Option(
            names = "--dtype",
            paramLabel = "base|f32|f16|bf16|f64",
            description = "dtype of merged tensors in the output (default: base)")
    @Nullable
    String dtype;

    @Option(
            names = "--max-shard-size",
            paramLabel = "SIZE",
            description = "such as 5GB, 500MB or 2GiB; folders only (default: 5GB)")
    @Nullable
    String maxShardSize;

    @Option(
            names = "--report",
            paramLabel = "PREFIX",
            description = "write PREFIX.html and PREFIX.json "
                    + "(default: OUTPUT without suffix + .report; merge-report inside a folder)")
    @Nullable
    String report;

    @Option(names = "--no-report", description = "measure and report nothing")
    boolean noReport;

    @Option(
            names = "--tasks",
            paramLabel = "FILE",
            description = "task file, one task per expert: the report gains the accuracies of base, experts and result")
    @Nullable
    String tasks;

    @Option(names = "--write-recipe", paramLabel = "FILE", description = "save what the flags mean, for merge run")
    @Nullable
    String writeRecipe;

    @Option(
            names = "--hash-inputs",
            description = "SHA-256 of the whole inputs into report and recipe (slower: reads everything once more)")
    boolean hashInputs;

    /// Adds what was given and shapes the merge; where it goes stays here.
    ///
    /// @throws MergeException `USAGE` if options exclude each other
    void addTo(Map<String, Object> values) throws MergeException {
        if (noReport && report != null) {
            throw MergeException.of(ErrorCode.USAGE, "--report and --no-report exclude each other");
        }
        Settings.addIfGiven(values, Settings.DTYPE, dtype);
        Settings.addIfGiven(values, Settings.MAX_SHARD_SIZE, maxShardSize);
        Settings.addIfGiven(values, Settings.HASH_INPUTS, hashInputs);
    }
}
