package org.modelmerge.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// What a composition writes, and where.
@Command(optionListHeading = "Output")
final class ComposeOutputOptions {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "PATH",
            description = "ends in .safetensors: one file; else a folder (default: merged.safetensors)")
    @Nullable
    String output;

    @Option(
            names = {"-f", "--force"},
            description = "replace existing outputs, reports too, atomically")
    boolean force;

    @Option(
            names = {"-n", "--dry-run"},
            description = "read headers, print the plan, write nothing")
    boolean dryRun;

    @Option(
            names = "--dtype",
            paramLabel = "base|f32|f16|bf16|f64",
            description = "dtype of float tensors in the output (default: base, the shared expert's)")
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

    @Option(names = "--no-report", description = "report nothing")
    boolean noReport;

    /// Adds what was given and shapes the output.
    ///
    /// @throws MergeException `USAGE` if options exclude each other
    void addTo(Map<String, Object> values) throws MergeException {
        if (noReport && report != null) {
            throw MergeException.of(ErrorCode.USAGE, "--report and --no-report exclude each other");
        }
        Settings.addIfGiven(values, Settings.DTYPE, dtype);
        Settings.addIfGiven(values, Settings.MAX_SHARD_SIZE, maxShardSize);
    }
}
