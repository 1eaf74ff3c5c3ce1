package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.testing.TinyCheckpoint;

/// A LoRA adapter in the place of an expert: every command takes it for the model that it makes of the base.
final class AdapterTest {
    private static final String QUERY = "encoder.layer.0.attention.self.query";
    private static final String CONFIG = "{\"peft_type\": \"LORA\", \"r\": 1, \"lora_alpha\": 2}";

    @TempDir
    Path directory;

    @BeforeEach
    void writeModels() throws IOException {
        model(1, 2, 3, 4).write(directory.resolve("base.safetensors"));
        // B A = [3, 4; 6, 8], doubled.
        model(7, 10, 15, 20).write(directory.resolve("folded.safetensors"));
        model(1, 2, 3, 5).write(directory.resolve("other.safetensors"));
        adapter("base_model.model." + QUERY).write(directory.resolve("trec6/adapter_model.safetensors"));
        configure(CONFIG);
    }

    private static TinyCheckpoint model(float... query) {
        return new TinyCheckpoint()
                .floats(QUERY + ".weight", Shape.of(2, 2), query)
                .floats(QUERY + ".bias", Shape.of(2), 1, 1)
                .floats("embeddings.weight", Shape.of(3, 1), 1, 2, 3);
    }

    private static TinyCheckpoint adapter(String module) {
        return new TinyCheckpoint()
                .floats(module + ".lora_A.weight", Shape.of(1, 2), 3, 4)
                .floats(module + ".lora_B.weight", Shape.of(2, 1), 1, 2);
    }

    private void configure(String json) throws IOException {
        Files.writeString(directory.resolve("trec6/adapter_config.json"), json);
    }

    private Cli.Result run(String... words) {
        return Cli.in(directory).run(words);
    }

    private void succeeds(String... words) {
        Cli.Result result = run(words);
        assertThat(result.exit()).as(result.err()).isZero();
    }

    @Test
    void mergesAsTheFoldedModelDoes() {
        succeeds("--method", "ties", "base.safetensors", "trec6", "other.safetensors", "-o", "a.safetensors");
        succeeds(
                "--method",
                "ties",
                "base.safetensors",
                "folded.safetensors",
                "other.safetensors",
                "-o",
                "b.safetensors");

        assertThat(run("diff", "a.safetensors", "b.safetensors").exit()).isZero();
    }

    @Test
    void averageOfOneAdapterIsTheFoldedModel() {
        succeeds("--method", "average", "base.safetensors", "trec6", "-o", "a.safetensors");

        assertThat(run("diff", "a.safetensors", "folded.safetensors").exit()).isZero();
    }

    @Test
    void findsTheBaseUnderAnotherPrefix() throws IOException {
        adapter("base_model.model.bert." + QUERY).write(directory.resolve("trec6/adapter_model.safetensors"));

        averageOfOneAdapterIsTheFoldedModel();
    }

    @Test
    void checksItsWeights() {
        Cli.Result result = run("check", "base.safetensors", "trec6", "other.safetensors");

        assertThat(result.exit()).as(result.err()).isZero();
    }

    @Test
    void plansWithoutReadingValues() {
        Cli.Result result = run("--method", "ties", "base.safetensors", "trec6", "--dry-run");

        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.out())
                .contains("trec6")
                .contains("LoRA adapter of rank 1, folded into 1 tensors of the base");
    }

    @Test
    void runsFromARecipe() {
        succeeds(
                "--method",
                "ties",
                "base.safetensors",
                "trec6",
                "-o",
                "a.safetensors",
                "--write-recipe",
                "recipe.yaml");

        succeeds("run", "recipe.yaml", "-o", "b.safetensors");

        assertThat(run("diff", "a.safetensors", "b.safetensors").exit()).isZero();
    }

    @Test
    void verifiesAndRecomputesTheMerge() {
        succeeds("--method", "ties", "base.safetensors", "trec6", "-o", "a.safetensors", "--hash-inputs");

        succeeds("verify", "a.safetensors", "base.safetensors", "trec6", "--recompute", "100%");
    }

    @Test
    void verifyTellsThatTheConfigurationChanged() throws IOException {
        succeeds("--method", "ties", "base.safetensors", "trec6", "-o", "a.safetensors");
        configure(CONFIG.replace("2", "3"));

        assertThat(run("verify", "a.safetensors", "base.safetensors", "trec6").exit())
                .isEqualTo(6);
    }

    @Test
    void refusesWhatIsMoreThanLora() throws IOException {
        configure(CONFIG.replace("}", ", \"use_dora\": true}"));

        Cli.Result result = run("--method", "ties", "base.safetensors", "trec6");

        assertThat(result.err())
                .isEqualTo("merge: " + directory.resolve("trec6/adapter_config.json")
                        + ": the adapter is more than plain LoRA (got use_dora true, expected no such setting)\n");
        assertThat(result.exit()).isEqualTo(3);
        assertThat(directory.resolve("merged.safetensors")).doesNotExist();
    }

    @Test
    void refusesAnAdapterOfAnotherBase() throws IOException {
        adapter("base_model.model.layers.0.q_proj").write(directory.resolve("trec6/adapter_model.safetensors"));

        Cli.Result result = run("check", "base.safetensors", "trec6");

        assertThat(result.err())
                .startsWith("merge: " + directory.resolve("trec6/adapter_model.safetensors")
                        + ": layers.0.q_proj.weight: the base lacks this tensor, which the adapter changes (got 0 of 1"
                        + " changed tensors, expected all; the base's first is " + QUERY + ".weight)\n");
        assertThat(result.exit()).isEqualTo(4);
    }
}
