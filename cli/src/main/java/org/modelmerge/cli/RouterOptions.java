package org.modelmerge.cli;

import org.jspecify.annotations.Nullable;
import org.modelmerge.error.MergeException;
import org.modelmerge.routing.RouterSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// How a router is trained.
@Command(optionListHeading = "Training")
final class RouterOptions {
    @Option(names = "--tasks", paramLabel = "FILE", description = "task file with train and validation rows")
    @Nullable
    String tasks;

    @Option(
            names = {"-f", "--force"},
            description = "replace the router that the folder has")
    boolean force;

    @Option(names = "--epochs", paramLabel = "N", description = "passes over all examples (default: 50)")
    String epochs = "50";

    @Option(names = "--batch-size", paramLabel = "N", description = "examples a step (default: 1024)")
    String batchSize = "1024";

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            description = "of the first step; falls linearly to 0 (default: 0.0005)")
    String learningRate = "0.0005";

    @Option(
            names = "--max-examples",
            paramLabel = "N",
            description = "train rows taken of a task, and validation rows, at most (default: 5500)")
    String maxExamples = "5500";

    @Option(names = "--seed", paramLabel = "N", description = "of first weights, order and dropout (default: 0)")
    String seed = "0";

    RouterSettings settings() throws MergeException {
        return new RouterSettings(
                Words.count("--epochs", epochs, 1, 1_000_000),
                Words.count("--batch-size", batchSize, 2, 1_000_000),
                Words.number("--learning-rate", learningRate, Double.MIN_NORMAL, 1),
                Words.seed(seed));
    }

    int mostPerTask() throws MergeException {
        return Words.count("--max-examples", maxExamples, 1, Integer.MAX_VALUE);
    }
}
