package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
