package org.modelmerge.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Limits of the machine; they never change a result.
@Command(optionListHeading = "Machine")
final class MachineOptions {
    @Option(names = "--threads", paramLabel = "N", description = "worker threads (default: all cores)")
    @Nullable
    String threads;

    @Option(names = "--max-memory", paramLabel = "SIZE", description = "bound of buffers and statistics, such as 2GiB")
    @Nullable
    String maxMemory;

    @Option(names = "--slice-elements", paramLabel = "N", hidden = true, description = "elements of a slice, for tests")
    @Nullable
    String sliceElements;

    /// Adds what was given.
    void addTo(Map<String, Object> values) {
        Settings.addIfGiven(values, Settings.THREADS, threads);
        Settings.addIfGiven(values, Settings.MAX_MEMORY, maxMemory);
        Settings.addIfGiven(values, Settings.SLICE_ELEMENTS, sliceElements);
    }
}
