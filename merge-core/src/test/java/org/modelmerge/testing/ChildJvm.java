package org.modelmerge.testing;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// Runs a class of the tests in a JVM of its own, with the class path of this one.
public final class ChildJvm {
    private final File directory;
    private final List<String> command = new ArrayList<>();

    /// A JVM that starts fast.
    ///
    /// @param options further options, such as `--enable-native-access=ALL-UNNAMED`
    public ChildJvm(String... options) {
        this(Path.of(""), options);
    }

    /// A JVM whose working directory is not ours.
    public ChildJvm(Path directory, String... options) {
        this.directory = directory.toAbsolutePath().toFile();
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", classPath));
    }

    /// Leaves entries of the class path out.
    ///
    /// @param part of their names
    public ChildJvm without(String part) {
        String classPath = command.removeLast();
        command.add(Arrays.stream(classPath.split(File.pathSeparator, -1))
                .filter(entry -> !entry.contains(part))
                .collect(Collectors.joining(File.pathSeparator)));
        return this;
    }

    /// What a child left behind.
    ///
    /// @param output stdout and stderr together
    public record Result(int exitCode, String output) {}

    /// Starts the class's `main`, its stdout and stderr joined in one pipe.
    public Process start(Class<?> main, Object... arguments) throws IOException {
        List<String> full = new ArrayList<>(command);
        full.add(main.getName());
        for (Object argument : arguments) {
            full.add(argument.toString());
        }
        return new ProcessBuilder(full)
                .directory(directory)
                .redirectErrorStream(true)
                .start();
    }

    /// Runs the class's `main` to its end.
    public Result run(Class<?> main, Object... arguments) throws IOException, InterruptedException {
        Process process = start(main, arguments);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
    }
}
