package org.modelmerge.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.MergeException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// What commands that learn or search take.
@Command(optionListHeading = "Learning")
final class LearnOptions {
    @Option(names = "--seed", paramLabel = "N", description = "for everything random (default: 0)")
    @Nullable
    String seed;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "keep the state of learning here, and go on from it (default: keep nothing)")
    @Nullable
    String state;

    /// Adds what was given and shapes the result.
    ///
    /// @throws MergeException `USAGE` if the seed is no number
    void addTo(Map<String, Object> values) throws MergeException {
        if (seed != null) {
            values.put(Settings.SEED, Words.seed(seed));
        }
    }
}
