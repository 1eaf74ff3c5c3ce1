package org.modelmerge.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Runs the command inside the test, in a folder of its own.
///
/// @param directory the working directory
/// @param terminal whether stderr counts as a terminal
/// @param environment environment variables
/// @param networks answers in place of networks
record Cli(Path directory, boolean terminal, Map<String, String> environment, Networks networks) {
    static final Networks NO_NETWORKS = (settings, options) -> {
        throw new AssertionError("no test of this kind runs a network");
    };

    Cli(Path directory, boolean terminal, Map<String, String> environment) {
        this(directory, terminal, environment, NO_NETWORKS);
    }

    static Cli in(Path directory) {
        return new Cli(directory, false, Map.of());
    }

    /// The same, with answers from elsewhere.
    Cli withNetworks(Networks others) {
        return new Cli(directory, terminal, environment, others);
    }

    /// What a run left: exit code and both streams.
    record Result(int exit, String out, String err) {
        /// The lines of stderr.
        List<String> errorLines() {
            return err.lines().toList();
        }
    }

    Result run(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(
                directory,
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, false, StandardCharsets.UTF_8),
                () -> terminal,
                environment,
                networks);
        int exit = Main.run(words, console);
        return new Result(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /// The names in the working directory, sorted, hidden ones included.
    List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }
}
