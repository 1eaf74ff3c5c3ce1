package org.modelmerge.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Where chance begins.
@Command(optionListHeading = "Chance")
final class TwinSeedOptions {
    @Option(names = "--seed", paramLabel = "N", description = "of bernoulli masks and random subspaces (default: 0)")
    @Nullable
    String seed;
}
