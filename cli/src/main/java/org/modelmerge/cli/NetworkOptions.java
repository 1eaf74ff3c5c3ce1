package org.modelmerge.cli;

import org.jspecify.annotations.Nullable;
import org.modelmerge.error.MergeException;
import org.modelmerge.network.ItemListener;
import org.modelmerge.network.NetworkAnswers.RunOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// How networks are run; none of it changes an answer beyond rounding in the seventh digit.
@Command(optionListHeading = "Machine")
final class NetworkOptions {
    /// Native memory is what ends first: a batch of 4,096 texts of 512 tokens takes more than most machines have.
    private static final int MAX_BATCH = 4096;

    @Option(names = "--threads", paramLabel = "N", description = "batches computed side by side (default: all cores)")
    @Nullable
    String threads;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "items a batch (default: 32); more need more memory")
    @Nullable
    String batchSize;

    RunOptions options(ItemListener listener) throws MergeException {
        RunOptions standard = RunOptions.DEFAULT;
        return new RunOptions(
                threads == null ? standard.threads() : Words.count("--threads", threads, 1, Settings.MAX_THREADS),
                batchSize == null ? standard.batchSize() : Words.count("--batch-size", batchSize, 1, MAX_BATCH),
                listener);
    }
}
