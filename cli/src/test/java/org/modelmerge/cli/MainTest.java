package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MainTest {
    @TempDir
    Path directory;

    @Test
    void printsHelpAndExitsWithTwoWithoutArguments() {
        Cli.Result result = Cli.in(directory).run();

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("Merges fine-tuned checkpoints").contains("Usage: merge --method METHOD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h"})
    void printsHelpOnStdoutWhenAsked(String option) {
        Cli.Result result = Cli.in(directory).run(option);

        assertThat(result.exit()).isZero();
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).contains("Usage: merge --method METHOD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "-V"})
    void printsTheVersion(String option) {
        Cli.Result result = Cli.in(directory).run(option);

        assertThat(result.exit()).isZero();
        assertThat(result.out()).matches("merge \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\n");
    }

    @Test
    void takesACommandNameOnlyAsTheFirstArgument() {
        Cli.Result result = Cli.in(directory).run("--method", "average", "run", "inspect");

        assertThat(result.exit()).isEqualTo(5);
        assertThat(result.err()).startsWith("merge: " + directory.resolve("run") + ": no such file or folder");
    }

    @Test
    void guessesTheCommandThatWasMeant() {
        Cli.Result result = Cli.in(directory).run("inspcet", "model.safetensors");

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err())
                .isEqualTo("merge: no --method given, and no command inspcet\nhint: did you mean merge inspect?\n");
    }

    @Test
    void putsTheErrorObjectOnTheLastLineWithJson() {
        Cli.Result result = Cli.in(directory).run("inspect", "--json", "absent.safetensors");

        String file = directory.resolve("absent.safetensors").toString();
        assertThat(result.exit()).isEqualTo(5);
        assertThat(result.out()).isEmpty();
        assertThat(result.errorLines().getLast())
                .isEqualTo("{\"schema\":1,\"error\":{\"code\":\"not-found\",\"exit\":5,\"message\":\"" + file
                        + ": no such file or folder\",\"file\":\"" + file + "\",\"tensor\":null,\"hint\":null}}");
    }

    @Test
    void reportsUsageErrorsAsJsonToo() {
        Cli.Result result = Cli.in(directory).run("--json", "--methd", "ties");

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err()).contains("\"code\":\"usage\"", "\"hint\":\"did you mean --method?\"");
    }

    @Test
    void showsNoStackTraceWithoutDebug() {
        Cli.Result result = Cli.in(directory).run("inspect", "absent.safetensors");

        assertThat(result.errorLines()).hasSize(1);
        assertThat(result.err()).doesNotContain("Exception", "\tat ");
    }

    @Test
    void showsAStackTraceWithDebugAndTheErrorLast() {
        Cli.Result result = Cli.in(directory).run("inspect", "--debug", "absent.safetensors");

        assertThat(result.err()).contains("\tat org.modelmerge.");
        assertThat(result.errorLines().getLast()).startsWith("merge: ").endsWith("no such file or folder");
    }

    @Test
    void callsABugAnInternalErrorWithoutClassNames() {
        PrintStream err = new PrintStream(new java.io.ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        PrintStream text = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        Console broken = new Console(
                directory,
                err,
                text,
                () -> {
                    throw new ClassCastException("class java.lang.String cannot be cast to class java.lang.Integer");
                },
                Map.of(),
                Cli.NO_NETWORKS);

        int exit = Main.run(new String[] {"methods", "--color=never"}, broken);

        assertThat(exit).isEqualTo(1);
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .isEqualTo("merge: internal error: unexpected state (run with --debug)\n");
    }

    @Test
    void failsWhenStdoutCannotBeWritten() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        Console console = new Console(
                directory,
                new PrintStream(full, false, StandardCharsets.UTF_8),
                new PrintStream(bytes, true, StandardCharsets.UTF_8),
                () -> false,
                Map.of(),
                Cli.NO_NETWORKS);

        int exit = Main.run(new String[] {"help"}, console);

        assertThat(exit).isEqualTo(5);
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("merge: cannot write to standard output\n");
    }

    @Test
    void coloursErrorsOnATerminalUnlessTold() {
        Cli onTerminal = new Cli(directory, true, Map.of());
        Cli noColor = new Cli(directory, true, Map.of("NO_COLOR", "1"));
        Cli dumb = new Cli(directory, true, Map.of("TERM", "dumb"));

        assertThat(onTerminal.run("inspect").err()).startsWith("\u001b[1;31mmerge:\u001b[0m got no PATH");
        assertThat(onTerminal.run("inspect", "--color=never").err()).startsWith("merge: ");
        assertThat(onTerminal.run("inspect", "--color", "never").err()).startsWith("merge: ");
        assertThat(noColor.run("inspect").err()).startsWith("merge: ");
        assertThat(dumb.run("inspect").err()).startsWith("merge: ");
        assertThat(Cli.in(directory).run("inspect", "--color=always").err()).startsWith("\u001b[1;31mmerge:");
    }
}
