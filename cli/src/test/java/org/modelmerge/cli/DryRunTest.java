package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DryRunTest {
    @TempDir
    Path directory;

    @BeforeEach
    void writeModels() throws IOException {
        Models.write(directory);
    }

    @Test
    void printsThePlanAndWritesNothing() throws IOException {
        Cli.Result result =
                Cli.in(directory).run("-n", "--method", "ties", Models.BASE, Models.EXPERT_A, Models.EXPERT_B);

        assertThat(result.exit()).isZero();
        assertThat(result.out())
                .contains(
                        "method   ties density=0.2 merge-function=mean trim-scope=model lambda=1.0\n",
                        "input    base: " + directory.resolve(Models.BASE) + ", ",
                        "input    a: ",
                        "merged   1 tensor, D = 3\n",
                        "copied   1 tensor: integers and bools are never averaged\n",
                        "dropped  0 tensors\n",
                        "pass 1   ",
                        "   emit\n",
                        "reads    ",
                        "memory   ",
                        "output   " + directory.resolve("merged.safetensors") + ": 1 file, ");
        assertThat(Cli.in(directory).names()).containsExactly(Models.EXPERT_A, Models.EXPERT_B, Models.BASE);
    }

    @Test
    void printsTheCanonicalPlanWithJson() {
        Cli.Result result = Cli.in(directory).run("-n", "--json", "--method", "average", Models.BASE, Models.EXPERT_A);

        assertThat(result.exit()).isZero();
        assertThat(result.out()).startsWith("{\"schema\":1,").endsWith("}\n");
        assertThat(result.out().lines()).hasSize(1);
    }

    @Test
    void exitsAsThePreflightWould() throws IOException {
        Files.writeString(directory.resolve("merged.safetensors"), "mine");
        Models.model(1).write(directory.resolve("short.safetensors"));

        assertThat(Cli.in(directory)
                        .run("-n", "--method", "average", Models.BASE, Models.EXPERT_A)
                        .exit())
                .isEqualTo(2);
        assertThat(Cli.in(directory)
                        .run("-n", "-f", "--method", "average", Models.BASE, "short.safetensors")
                        .exit())
                .isEqualTo(4);
        assertThat(Cli.in(directory)
                        .run("-n", "-f", "--method", "average", Models.BASE, Models.BASE)
                        .exit())
                .isEqualTo(2);
    }
}
