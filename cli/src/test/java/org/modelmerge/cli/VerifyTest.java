package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VerifyTest {
    @TempDir
    Path directory;

    @BeforeEach
    void merge() throws IOException {
        Models.write(directory);
        Cli.in(directory).run("--method", "average", "--hash-inputs", Models.BASE, Models.EXPERT_A, Models.EXPERT_B);
    }

    private Cli.Result run(String... words) {
        return Cli.in(directory).run(words);
    }

    private void flipLastByte(String name) throws IOException {
        byte[] bytes = Files.readAllBytes(directory.resolve(name));
        bytes[bytes.length - 1] ^= 1;
        Files.write(directory.resolve(name), bytes);
    }

    @Test
    void holdsForWhatAMergeWrote() {
        Cli.Result result = run("verify", "merged.safetensors", Models.BASE, Models.EXPERT_A, Models.EXPERT_B);

        assertThat(result.out()).doesNotContain("fails", "unchecked");
        assertThat(result.out().lines().filter(line -> line.startsWith("holds")))
                .hasSize(8);
        assertThat(result.exit()).isZero();
    }

    @Test
    void saysWhatItCouldNotCheck() throws IOException {
        Files.delete(directory.resolve("merged.report.json"));

        Cli.Result result = run("verify", "merged.safetensors");

        assertThat(result.exit()).isZero();
        assertThat(result.out())
                .contains(": bytes: there is no report ", ": 3 inputs, which were not given to compare with");
    }

    @Test
    void failsForAnOutputThatChanged() throws IOException {
        flipLastByte("merged.safetensors");

        Cli.Result result = run("verify", "merged.safetensors");

        assertThat(result.exit()).isEqualTo(6);
        assertThat(result.out()).contains("fails      " + directory.resolve("merged.safetensors") + ": SHA-256: got ");
    }

    @Test
    void failsForInputsThatChanged() throws IOException {
        flipLastByte(Models.EXPERT_A);

        Cli.Result result = run("verify", "merged.safetensors", Models.BASE, Models.EXPERT_A, Models.EXPERT_B);

        assertThat(result.exit()).isEqualTo(6);
        assertThat(result.out()).contains("fails      " + directory.resolve(Models.EXPERT_A) + ": SHA-256: got ");
    }

    @Test
    void failsForOtherInputs() throws IOException {
        Models.model(1, 2).write(directory.resolve("other.safetensors"));

        assertThat(run("verify", "merged.safetensors", Models.BASE, "other.safetensors", Models.EXPERT_B)
                        .exit())
                .isEqualTo(6);
        assertThat(run("verify", "merged.safetensors", Models.BASE).exit()).isEqualTo(6);
    }

    @Test
    void failsForAMalformedOutput() throws IOException {
        Files.writeString(directory.resolve("merged.safetensors"), "broken");

        Cli.Result result = run("verify", "merged.safetensors");

        assertThat(result.exit()).isEqualTo(6);
        assertThat(result.out()).startsWith("fails      " + directory.resolve("merged.safetensors"));
    }

    @Test
    void failsForABrokenReport() throws IOException {
        Files.writeString(directory.resolve("merged.report.json"), "{}");

        assertThat(run("verify", "merged.safetensors").exit()).isEqualTo(6);
    }

    @Test
    void refusesMalformedInputsAndMissingFiles() throws IOException {
        Files.writeString(directory.resolve("bad.safetensors"), "broken");

        assertThat(run("verify", "merged.safetensors", Models.BASE, "bad.safetensors", Models.EXPERT_B)
                        .exit())
                .isEqualTo(3);
        assertThat(run("verify", "absent.safetensors").exit()).isEqualTo(5);
        assertThat(run("verify", "--report", "absent", "merged.safetensors").exit())
                .isEqualTo(5);
    }

    @Test
    void findsTheReportOfARenamedOutputByItsPrefix() throws IOException {
        Files.move(directory.resolve("merged.safetensors"), directory.resolve("new.safetensors"));

        Cli.Result result = run("verify", "--report", "merged.report.json", "new.safetensors");

        assertThat(result.exit()).isZero();
        assertThat(result.out()).contains("holds      " + directory.resolve("new.safetensors") + ": SHA-256 ");
    }

    @Test
    void printsOneDocumentWithJson() {
        Cli.Result result = run("verify", "--json", "merged.safetensors");

        assertThat(result.out())
                .startsWith("{\"schema\":1,\"holds\":true,\"findings\":[{\"answer\":\"holds\",\"subject\":");
    }
}
