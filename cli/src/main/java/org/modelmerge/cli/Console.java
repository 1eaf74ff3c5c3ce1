package org.modelmerge.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.modelmerge.network.NetworkAnswers;

/// What the command sees of the world outside files: streams, the working directory, the environment.
///
/// @param directory what relative paths are resolved against; the empty path in the real command, so that messages
///     show paths as they were typed
/// @param out data: the output path, a table, one JSON document
/// @param err talk: progress, summary, warnings, errors
/// @param terminal whether `err` is a terminal; asked only when it matters, since asking costs start-up time
/// @param environment environment variables
/// @param networks where networks run
record Console(
        Path directory,
        PrintStream out,
        PrintStream err,
        BooleanSupplier terminal,
        Map<String, String> environment,
        Networks networks) {

    /// The process's own console. Both streams are UTF-8 whatever the locale says.
    static Console ofProcess() {
        return new Console(
                Path.of(""),
                new PrintStream(
                        new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)),
                        false,
                        StandardCharsets.UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                Console::isTerminal,
                System.getenv(),
                NetworkAnswers::new);
    }

    private static boolean isTerminal() {
        return Optional.ofNullable(System.console())
                .map(java.io.Console::isTerminal)
                .orElse(false);
    }
}
