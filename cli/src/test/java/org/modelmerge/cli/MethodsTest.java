package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MethodsTest {
    @TempDir
    Path directory;

    @Test
    void listsTheMethods() {
        Cli.Result result = Cli.in(directory).run("methods");

        assertThat(result.exit()).isZero();
        assertThat(result.out()).contains("average ", "task-arithmetic ", "ties ", "pcb ", "adamerging ");
    }

    @Test
    void describesOneMethodWhateverTheSpelling() {
        Cli.Result result = Cli.in(directory).run("methods", "task_arithmetic");

        assertThat(result.exit()).isZero();
        assertThat(result.out())
                .startsWith("Task Arithmetic (task-arithmetic)\n")
                .contains(
                        "Paper: Ilharco et al.",
                        "Code followed: mlfoundations/task_vectors",
                        "Passes: emit\n",
                        "  --lambda X | X1,X2,... (default 0.3)\n");
    }

    @Test
    void printsOneDocumentWithJson() {
        Cli.Result result = Cli.in(directory).run("methods", "--json", "ties");

        assertThat(result.out())
                .startsWith("{\"schema\":1,\"methods\":[{\"name\":\"ties\",")
                .contains("\"default\":\"20%\"");
    }

    @Test
    void refusesAnUnknownMethod() {
        Cli.Result result = Cli.in(directory).run("methods", "tise");

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err()).startsWith("merge: unknown method (got tise, expected one of ");
    }
}
