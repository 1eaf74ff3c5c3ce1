package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.testing.TinyCheckpoint;

final class DiffTest {
    @TempDir
    Path directory;

    @BeforeEach
    void writeCheckpoints() throws IOException {
        new TinyCheckpoint()
                .floats("same", Shape.of(1), 1)
                .floats("w", Shape.of(2), 3, 4)
                .write(directory.resolve("a.safetensors"));
        new TinyCheckpoint()
                .floats("same", Shape.of(1), 1)
                .floats("w", Shape.of(2), 3, 4.5f)
                .write(directory.resolve("b.safetensors"));
        new TinyCheckpoint()
                .floats("same", Shape.of(1, 1), 1)
                .longs("w", Shape.of(2), 3, 4)
                .floats("new", Shape.of(1), 1)
                .write(directory.resolve("c.safetensors"));
    }

    @Test
    void exitsWithZeroForEqualBits() {
        Cli.Result result = Cli.in(directory).run("diff", "a.safetensors", "a.safetensors");

        assertThat(result.exit()).isZero();
        assertThat(result.out()).isEqualTo("2 tensors equal to the bit\n");
    }

    @Test
    void exitsWithSixAndShowsWhatDiffers() {
        Cli.Result result = Cli.in(directory).run("diff", "a.safetensors", "b.safetensors");

        assertThat(result.exit()).isEqualTo(6);
        assertThat(result.out()).isEqualTo("""
            tensor  changed  elements  max |B-A|  |B-A|/|A|
            w             1         2        0.5        0.1
            all           1         3        0.5    0.09806
            1 tensor equal to the bit
            """);
    }

    @Test
    void namesOtherNamesShapesAndDTypes() {
        Cli.Result result = Cli.in(directory).run("diff", "a.safetensors", "c.safetensors");

        assertThat(result.exit()).isEqualTo(6);
        assertThat(result.out()).isEqualTo("""
            only in B: new
            shape differs: same [1] in A, [1, 1] in B
            dtype differs: w F32 in A, I64 in B
            """);
    }

    @Test
    void printsOneDocumentWithJson() {
        Cli.Result result = Cli.in(directory).run("diff", "--json", "a.safetensors", "b.safetensors");

        assertThat(result.exit()).isEqualTo(6);
        assertThat(result.out())
                .startsWith("{\"schema\":1,\"equal\":false,")
                .contains("{\"name\":\"w\",\"changed\":1,\"elements\":2,\"nonFinite\":0,\"maxAbs\":0.5,"
                        + "\"relativeNorm\":0.1}");
    }

    @Test
    void namesOtherShapesAndDTypesInJson() {
        Cli.Result result = Cli.in(directory).run("diff", "--json", "a.safetensors", "c.safetensors");

        assertThat(result.out())
                .contains("\"onlyInB\":[\"new\"]")
                .contains("\"shapes\":[{\"name\":\"same\",\"a\":[1],\"b\":[1,1]}]")
                .contains("\"dtypes\":[{\"name\":\"w\",\"a\":\"F32\",\"b\":\"I64\"}]");
    }
}
