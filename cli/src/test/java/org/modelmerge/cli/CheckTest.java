package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckTest {
    @TempDir
    Path directory;

    @BeforeEach
    void writeModels() throws IOException {
        Models.write(directory);
    }

    @Test
    void reportsOnModelsThatCanBeMerged() throws IOException {
        Cli.Result result = Cli.in(directory).run("check", Models.BASE, Models.EXPERT_A, Models.EXPERT_B);

        assertThat(result.exit()).isZero();
        assertThat(result.out())
                .startsWith("These models can be merged.\ntensors  1 merged, 1 copied, 0 dropped; D = 3\nexpert   a: ")
                .contains("|tau| = 1\n", "|tau| = 2\n");
        assertThat(Cli.in(directory).names())
                .containsExactly(
                        Models.EXPERT_A, Models.EXPERT_B, Models.BASE, "check.report.html", "check.report.json");
    }

    @Test
    void reportsOnModelsThatCannotAndExitsAsAMergeWould() throws IOException {
        Models.model(1).write(directory.resolve("short.safetensors"));

        Cli.Result result = Cli.in(directory).run("check", "--report", "r", Models.BASE, "short.safetensors");

        assertThat(result.exit()).isEqualTo(4);
        assertThat(result.err()).contains("merge: " + directory.resolve("short.safetensors") + ": w: ");
        assertThat(directory.resolve("r.json")).content().contains("short");
        assertThat(directory.resolve("r.html")).exists();
    }

    @Test
    void refusesToReplaceAReport() throws IOException {
        Files.writeString(directory.resolve("check.report.json"), "mine");

        assertThat(Cli.in(directory).run("check", Models.BASE, Models.EXPERT_A).exit())
                .isEqualTo(2);
        assertThat(directory.resolve("check.report.json")).hasContent("mine");
        assertThat(Cli.in(directory)
                        .run("check", "-f", Models.BASE, Models.EXPERT_A)
                        .exit())
                .isZero();
    }

    @Test
    void refusesAnExpertThatIsTheBase() {
        assertThat(Cli.in(directory).run("check", Models.BASE, Models.BASE).exit())
                .isEqualTo(2);
    }

    @Test
    void printsTheReportWithJson() {
        Cli.Result result = Cli.in(directory).run("check", "--json", Models.BASE, Models.EXPERT_A);

        assertThat(result.exit()).isZero();
        assertThat(result.out()).contains("\"schema\": 1");
    }
}
