package org.modelmerge.cli.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.modelmerge.cli.Main;

/// The `merge` command in a JVM of its own.
///
/// @param directory its working directory
/// @param options further options of the JVM
/// @param environment variables that it gets besides ours
/// @param prelude a line of shell to run before it, such as `ulimit -f 8`; empty for none
record RealCommand(Path directory, List<String> options, Map<String, String> environment, String prelude) {
    private static final long PATIENCE_SECONDS = 120;

    /// A process that is running.
    ///
    /// @param streams the folder that gets stdout and stderr, apart from the working directory
    record Running(Process process, Path streams) {
        /// Waits for its end.
        ///
        /// @throws AssertionError if it does not end; it is killed then
        Ended await() throws IOException, InterruptedException {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError("still running after " + PATIENCE_SECONDS + " seconds: " + err());
            }
            Ended ended = new Ended(process.exitValue(), Files.readString(streams.resolve("out")), err());
            Files.delete(streams.resolve("out"));
            Files.delete(streams.resolve("err"));
            Files.delete(streams);
            return ended;
        }

        private String err() throws IOException {
            return new String(Files.readAllBytes(streams.resolve("err")), StandardCharsets.UTF_8);
        }

        /// Sends SIGINT, SIGTERM or another signal by its name without SIG.
        void signal(String name) throws IOException, InterruptedException {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        }
    }

    /// What a process said.
    record Ended(int exit, String out, String err) {}

    static RealCommand in(Path directory) {
        return new RealCommand(directory, List.of(), Map.of(), "");
    }

    RealCommand withOptions(String... more) {
        return new RealCommand(directory, List.of(more), environment, prelude);
    }

    RealCommand withEnvironment(String name, String value) {
        Map<String, String> more = new HashMap<>(environment);
        more.put(name, value);
        return new RealCommand(directory, options, more, prelude);
    }

    RealCommand after(String shell) {
        return new RealCommand(directory, options, environment, shell);
    }

    Ended run(Object... words) throws IOException, InterruptedException {
        return start(words).await();
    }

    Running start(Object... words) throws IOException {
        List<String> command = new ArrayList<>();
        if (!prelude.isEmpty()) {
            command.addAll(List.of("sh", "-c", prelude + "; exec \"$@\"", "sh"));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(options);
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        command.addAll(List.of("-cp", classPath, Main.class.getName()));
        for (Object word : words) {
            command.add(word.toString());
        }
        return start(command);
    }

    /// Starts any command in this directory and environment.
    Running start(List<String> command) throws IOException {
        Path streams = Files.createTempDirectory("merge-process");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(streams.resolve("out").toFile())
                .redirectError(streams.resolve("err").toFile());
        builder.environment().putAll(environment);
        return new Running(builder.start(), streams);
    }
}
