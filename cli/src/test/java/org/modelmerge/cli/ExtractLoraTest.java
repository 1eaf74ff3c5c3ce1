package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.testing.TinyCheckpoint;

/// Adapters out of whole models.
final class ExtractLoraTest {
    @TempDir
    Path directory;

    @BeforeEach
    void writeModels() throws IOException {
        model(0, 0, 0).write(directory.resolve("base.safetensors"));
        model(1, 0, 0).write(directory.resolve("ft.safetensors"));
    }

    /// A linear weight [3, 4], a convolution [2, 1, 2, 2] and an embedding [5, 2] that `scale` changes by matrices of
    /// rank 1, another weight and a bias.
    private static TinyCheckpoint model(float scale, float other, float bias) {
        float[] linear = new float[12];
        for (int i = 0; i < 12; i++) {
            linear[i] = i + scale * (1 + i / 4) * (i % 4 - 1);
        }
        float[] conv = new float[8];
        for (int i = 0; i < 8; i++) {
            conv[i] = 8 - i + scale * (2 - i / 4) * (1 + i % 4);
        }
        float[] words = new float[10];
        for (int i = 0; i < 10; i++) {
            words[i] = scale * (1 + i / 2) * (1 - 2 * (i % 2));
        }
        return new TinyCheckpoint()
                .floats("layer.query.weight", Shape.of(3, 4), linear)
                .floats("layer.query.bias", Shape.of(3), 1, 2, 3 + bias)
                .floats("layer.conv.weight", Shape.of(2, 1, 2, 2), conv)
                .floats("word_embeddings.weight", Shape.of(5, 2), words)
                .floats("layer.value.weight", Shape.of(2, 2), 1, 2, 3, 4 + other);
    }

    private Cli.Result run(String... words) {
        return Cli.in(directory).run(words);
    }

    private void succeeds(String... words) {
        Cli.Result result = run(words);
        assertThat(result.exit()).as(result.err()).isZero();
    }

    @Test
    void aChangeOfLowRankComesBackWhole() {
        succeeds("extract-lora", "base.safetensors", "ft.safetensors", "--rank", "1", "-o", "adapter");
        succeeds("--method", "average", "base.safetensors", "adapter", "-o", "again.safetensors");

        String differences =
                run("diff", "again.safetensors", "ft.safetensors", "--json").out();

        assertThat(differences).doesNotContainPattern("\"maxAbs\": [0-9.]*[1-9][0-9.]*(E-[1-5])?[,\\s]");
    }

    @Test
    void theAdapterIsTheSameOnEveryRunAndThreadCount() throws IOException {
        succeeds("extract-lora", "base.safetensors", "ft.safetensors", "--threads", "1", "-o", "one");
        succeeds("extract-lora", "base.safetensors", "ft.safetensors", "--threads", "3", "-o", "three");

        for (String file : new String[] {"adapter_model.safetensors", "adapter_config.json"}) {
            assertThat(Files.readAllBytes(directory.resolve("one").resolve(file)))
                    .isEqualTo(Files.readAllBytes(directory.resolve("three").resolve(file)));
        }
    }

    @Test
    void smallMatricesGetSmallerRanksAndTheSameScale() throws IOException {
        succeeds("extract-lora", "base.safetensors", "ft.safetensors", "--rank", "3", "-o", "adapter");

        assertThat(directory.resolve("adapter/adapter_config.json"))
                .content()
                .contains("\"^layer\\\\.conv\": 2", "\"r\": 3", "\"lora_alpha\": 3");
        succeeds("check", "base.safetensors", "adapter");
    }

    @Test
    void tellsWhatItLeavesOut() throws IOException {
        model(1, 0, 5).write(directory.resolve("ft.safetensors"));

        Cli.Result result = run("extract-lora", "base.safetensors", "ft.safetensors", "-v", "-o", "adapter");

        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.err())
                .contains("tensors  3 in the adapter, 1 changed and left out, 1 unchanged")
                .contains("leave    layer.query.bias [3]: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"f16", "bf16"})
    void measuresTheResidualOfRoundedFactors(String dtype) {
        Cli.Result exact = run("extract-lora", "base.safetensors", "ft.safetensors", "--json", "-o", "a");
        Cli.Result rounded =
                run("extract-lora", "base.safetensors", "ft.safetensors", "--json", "--dtype", dtype, "-o", "b");

        assertThat(residual(exact)).isLessThan(1e-6);
        assertThat(residual(rounded)).isBetween(1e-6, 1e-2);
    }

    private static double residual(Cli.Result result) {
        assertThat(result.exit()).as(result.err()).isZero();
        String text = result.out();
        int from = text.indexOf("\"residual\":") + "\"residual\":".length();
        return Double.parseDouble(text.substring(from, text.indexOf(',', from)).strip());
    }

    @Test
    void reportsWhatEachTensorKeeps() throws IOException {
        model(1, 0, 5).write(directory.resolve("ft.safetensors"));

        Cli.Result result = run(
                "extract-lora", "base.safetensors", "ft.safetensors", "--rank", "1", "-o", "adapter", "--report", "r");

        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.err()).contains("report   " + directory.resolve("r.html"));
        // B [3, 1] and A [1, 4] in F32.
        assertThat(directory.resolve("r.json"))
                .content()
                .contains("\"schema\":1,\"output\":\"adapter\",\"base\":\"base\",\"expert\":\"ft\",\"rank\":1")
                .contains("\"name\":\"layer.query.weight\",\"shape\":[3,4],\"rank\":1,\"bytes\":28,")
                .contains("\"leftOut\":[{\"name\":\"layer.query.bias\",\"shape\":[3],\"norm\":5.0}]")
                .contains("\"bytesWritten\":" + bytes(directory.resolve("adapter")));
        assertThat(directory.resolve("r.html"))
                .content()
                .contains("<h1><bdi>adapter</bdi></h1>", "Energy kept by layer", "layer.query.bias");
    }

    private static long bytes(Path folder) throws IOException {
        return Files.size(folder.resolve("adapter_model.safetensors"))
                + Files.size(folder.resolve("adapter_config.json"));
    }

    @Test
    void leavesNoAdapterWhereTheReportIsRefused() throws IOException {
        Files.writeString(directory.resolve("r.html"), "kept");

        Cli.Result result = run("extract-lora", "base.safetensors", "ft.safetensors", "-o", "adapter", "--report", "r");

        assertThat(result.exit()).isEqualTo(2);
        assertThat(directory.resolve("adapter")).doesNotExist();
        assertThat(directory.resolve("r.html")).hasContent("kept");
    }

    @Test
    void refusesAnExpertWithoutAChange() {
        Cli.Result result = run("extract-lora", "base.safetensors", "base.safetensors", "-o", "adapter");

        assertThat(result.err()).contains("no matrix differs from the base");
        assertThat(result.exit()).isEqualTo(4);
        assertThat(directory.resolve("adapter")).doesNotExist();
    }

    @Test
    void refusesToReplaceItsInput() {
        succeeds("extract-lora", "base.safetensors", "ft.safetensors", "-o", "adapter");

        Cli.Result result = run("extract-lora", "base.safetensors", "adapter", "-f", "-o", "adapter");

        assertThat(result.err()).contains("this output holds the input");
        assertThat(result.exit()).isEqualTo(2);
    }

    @Test
    void needsOneExpert() {
        assertThat(run("extract-lora", "base.safetensors").exit()).isEqualTo(2);
        assertThat(run("extract-lora", "base.safetensors", "a", "b").exit()).isEqualTo(2);
        assertThat(run("extract-lora", "base.safetensors", "ft.safetensors", "--rank", "0")
                        .exit())
                .isEqualTo(2);
    }
}
