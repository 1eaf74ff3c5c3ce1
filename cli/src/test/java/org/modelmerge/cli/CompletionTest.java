package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CompletionTest {
    @TempDir
    Path directory;

    @Test
    void knowsCommandsAndOptions() {
        Cli.Result result = Cli.in(directory).run("completion", "bash");

        assertThat(result.exit()).isZero();
        assertThat(result.out())
                .startsWith("#!/usr/bin/env bash")
                .contains("inspect", "--method", "--density", "complete -F");
    }

    @Test
    void servesZshWithTheSameScript() {
        assertThat(Cli.in(directory).run("completion", "zsh").out())
                .isEqualTo(Cli.in(directory).run("completion", "bash").out())
                .contains("bashcompinit");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void isAScriptThatBashAccepts() throws Exception {
        writeScript();

        assertThat(bash("-n", "completion.sh")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"merge", "modelmerge"})
    @DisabledOnOs(OS.WINDOWS)
    void completesCommandsAndOptionsUnderBothNames(String name) throws Exception {
        writeScript();

        assertThat(complete(name, "ins")).isEqualTo("inspect\n");
        assertThat(complete(name, "import-onnx", "--incl")).isEqualTo("--include\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --method                | average adamerging ties task-arithmetic pcb twin
        --variant               | root nlp vision-main vision-es
        --strategy m            | magnitude
        search --method         | task-arithmetic ties pcb
        eval --gate-on          | point lower-bound
        eval --routing          | learned oracle none
        extract-lora --dtype    | f32 f16 bf16
        inspect --color         | auto always never
        twin extract --biases   | routed shared oracle
        methods t               | task-arithmetic ties twin
        completion              | bash zsh
        help inspect            | inspect
        """)
    @DisabledOnOs(OS.WINDOWS)
    void completesValuesThatAreAChoice(String words, String offered) throws Exception {
        writeScript();

        List<String> line = new ArrayList<>(List.of("merge"));
        line.addAll(List.of(words.split(" ", -1)));
        boolean begun = List.of("m", "t", "inspect").contains(line.getLast());
        if (!begun) {
            line.add("");
        }
        assertThat(complete(line.toArray(String[]::new)).lines().map(String::strip))
                .containsExactlyInAnyOrder(offered.split(" ", -1));
    }

    private void writeScript() throws IOException {
        Files.writeString(
                directory.resolve("completion.sh"),
                Cli.in(directory).run("completion", "bash").out());
    }

    /// What bash offers for the last word.
    private String complete(String... words) throws IOException, InterruptedException {
        String script = "compopt() { :; }; source ./completion.sh; words=$(complete -p \"$1\"); function=${words#*-F };"
                + " COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); ${function%% *}; printf '%s\\n"
                + "' \"${COMPREPLY[@]}\"";
        List<String> arguments = new ArrayList<>(List.of("-c", script, "bash"));
        arguments.addAll(List.of(words));
        return bash(arguments.toArray(String[]::new));
    }

    private String bash(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("bash"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
