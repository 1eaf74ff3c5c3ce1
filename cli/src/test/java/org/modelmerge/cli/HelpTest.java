package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Help is pinned, word by word, by the files in `help/`.
final class HelpTest {
    @TempDir
    Path directory;

    static List<String> commands() {
        return Stream.concat(Stream.of("merge"), Commands.words().stream()).toList();
    }

    private Cli.Result help(String command) {
        return command.equals("merge")
                ? Cli.in(directory).run("help")
                : Cli.in(directory).run(("help " + command).split(" "));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void saysWhatThePinnedFileSays(String command) throws IOException {
        try (InputStream pinned = HelpTest.class.getResourceAsStream("/help/" + command + ".txt")) {
            assertThat(pinned).as("help/" + command + ".txt").isNotNull();
            assertThat(help(command).out()).isEqualTo(new String(pinned.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void fitsOneHundredColumns(String command) {
        assertThat(help(command).out().lines()).allSatisfy(line -> assertThat(line)
                .hasSizeLessThanOrEqualTo(HelpText.WIDTH)
                .doesNotEndWith(" "));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void isWhatTheOptionPrints(String command) {
        Cli.Result byOption = command.equals("merge")
                ? Cli.in(directory).run("--help")
                : Cli.in(directory).run((command + " -h").split(" "));

        assertThat(byOption.out()).isEqualTo(help(command).out());
        assertThat(byOption.exit()).isZero();
    }
}
