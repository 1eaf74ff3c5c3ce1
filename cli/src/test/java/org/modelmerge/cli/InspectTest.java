package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.testing.TinyCheckpoint;

final class InspectTest {
    @TempDir
    Path directory;

    @Test
    void listsTensorsAndMetadata() throws IOException {
        new TinyCheckpoint()
                .floats("w", Shape.of(2, 3), 1, 2, 3, 4, 5, 6)
                .longs("ids", Shape.of(2), 7, 8)
                .metadata("format", "pt")
                .write(directory.resolve("m.safetensors"));

        Cli.Result result = Cli.in(directory).run("inspect", "m.safetensors");

        assertThat(result.exit()).isZero();
        assertThat(result.err()).isEmpty();
        assertThat(result.out())
                .contains("  2 tensors, 8 elements, ")
                .contains("  metadata format: pt\n")
                .contains("  w     F32    [2, 3]         6     24\n")
                .contains("  ids   I64    [2]            2     16\n");
    }

    @Test
    void printsOneDocumentWithJson() throws IOException {
        new TinyCheckpoint().floats("w", Shape.of(2), 1, 2).writeSharded(directory.resolve("model"), 1);

        Cli.Result result = Cli.in(directory).run("inspect", "--json", "model", "model");

        assertThat(result.exit()).isZero();
        assertThat(result.out())
                .startsWith("{\"schema\":1,\"checkpoints\":[{\"path\":")
                .contains("\"name\":\"w\",\"dtype\":\"F32\",\"shape\":[2],\"bytes\":8,")
                .endsWith("}\n");
        assertThat(result.out().lines()).hasSize(1);
    }

    @Test
    void listsTheFactorsOfAnAdapter() throws IOException {
        Files.createDirectory(directory.resolve("adapter"));
        Files.writeString(directory.resolve("adapter/adapter_config.json"), "{}");
        new TinyCheckpoint()
                .floats("base_model.model.q.lora_A.weight", Shape.of(1, 2), 1, 2)
                .write(directory.resolve("adapter/adapter_model.safetensors"));

        Cli.Result result = Cli.in(directory).run("inspect", "adapter");

        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.out()).contains("  base_model.model.q.lora_A.weight  F32    [1, 2]         2      8\n");
    }

    @Test
    void escapesWhatFilesSay() throws IOException {
        new TinyCheckpoint()
                .floats("evil\u001b[2Jname", Shape.of(1), 1)
                .metadata("k", "a\nb")
                .write(directory.resolve("m.safetensors"));

        Cli.Result result = Cli.in(directory).run("inspect", "m.safetensors");

        assertThat(result.out())
                .contains("evil\\u001b[2Jname", "metadata k: a\\u000ab")
                .doesNotContain("\u001b");
    }

    @Test
    void refusesAMalformedFile() throws IOException {
        Files.write(directory.resolve("m.safetensors"), "{}".getBytes(StandardCharsets.UTF_8));

        Cli.Result result = Cli.in(directory).run("inspect", "m.safetensors");

        assertThat(result.exit()).isEqualTo(3);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("merge: " + directory.resolve("m.safetensors") + ": ");
    }
}
