package org.modelmerge.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Which tensors are merged, and what may differ.
@Command(optionListHeading = "What is merged")
final class ScopeOptions {
    @Option(
            names = "--include",
            paramLabel = "REGEX",
            description =
                    "merge only float tensors whose name has a match; repeatable; the others are copied from BASE")
    List<String> include = new ArrayList<>();

    @Option(
            names = "--exclude",
            paramLabel = "REGEX",
            description = "copy matching tensors from BASE; wins; repeatable")
    List<String> exclude = new ArrayList<>();

    @Option(names = "--allow-missing", description = "copy from BASE what an expert lacks")
    boolean allowMissing;

    @Option(names = "--allow-extra", description = "leave out what only experts have")
    boolean allowExtra;

    @Option(names = "--allow-nonfinite", description = "let NaN and infinity pass")
    boolean allowNonfinite;

    /// Adds what was given.
    void addTo(Map<String, Object> values) {
        Settings.addIfGiven(values, Settings.INCLUDE, include);
        Settings.addIfGiven(values, Settings.EXCLUDE, exclude);
        Settings.addIfGiven(values, Settings.ALLOW_MISSING, allowMissing);
        Settings.addIfGiven(values, Settings.ALLOW_EXTRA, allowExtra);
        Settings.addIfGiven(values, Settings.ALLOW_NONFINITE, allowNonfinite);
    }
}
