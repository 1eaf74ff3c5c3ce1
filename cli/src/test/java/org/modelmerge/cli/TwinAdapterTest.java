package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.testing.TinyCheckpoint;

/// LoRA adapters as the experts of a Twin folder.
final class TwinAdapterTest {
    private static final String QUERY = "encoder.layer.0.attention.self.query";
    private static final String CONFIG = "{\"peft_type\": \"LORA\", \"r\": 4, \"lora_alpha\": 8}";

    @TempDir
    Path directory;

    @BeforeEach
    void writeModels() throws IOException {
        new TinyCheckpoint()
                .floats(QUERY + ".weight", Shape.of(12, 16), values(192, 1))
                .floats(QUERY + ".bias", Shape.of(12), values(12, 2))
                .write(directory.resolve("base.safetensors"));
        adapter("a", 3);
        adapter("b", 5);
    }

    private void adapter(String name, int seed) throws IOException {
        tensors(seed).write(directory.resolve(name + "/adapter_model.safetensors"));
        configure(name, CONFIG);
    }

    private static TinyCheckpoint tensors(int seed) {
        String module = "base_model.model." + QUERY;
        return new TinyCheckpoint()
                .floats(module + ".lora_A.weight", Shape.of(4, 16), values(64, seed))
                .floats(module + ".lora_B.weight", Shape.of(12, 4), values(48, seed + 1));
    }

    private void configure(String name, String json) throws IOException {
        Files.writeString(directory.resolve(name).resolve("adapter_config.json"), json);
    }

    private static float[] values(int count, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int j = 0; j < count; j++) {
            values[j] = random.nextFloat() - 0.5f;
        }
        return values;
    }

    private Cli.Result run(String... words) {
        return Cli.in(directory).run(words);
    }

    private Cli.Result succeeds(String... words) {
        Cli.Result result = run(words);
        assertThat(result.exit()).as(result.err()).isZero();
        return result;
    }

    private void extractSeparately() {
        succeeds(
                "--method",
                "twin",
                "--adapters",
                "separate",
                "--mask-rate",
                "50%",
                "base.safetensors",
                "a",
                "b",
                "-o",
                "twin");
    }

    /// @param words more options, base and adapters
    private void refused(int exit, String message, String... words) {
        List<String> command = new ArrayList<>(List.of("--method", "twin", "--adapters", "separate", "-o", "twin"));
        command.addAll(List.of(words));
        Cli.Result result = run(command.toArray(String[]::new));
        assertThat(result.err()).contains(message);
        assertThat(result.exit()).isEqualTo(exit);
        assertThat(directory.resolve("twin")).doesNotExist();
    }

    @Test
    void productsAreTheModelsThatAdaptersMake() {
        succeeds("--method", "average", "base.safetensors", "a", "-o", "fa.safetensors");
        succeeds("--method", "average", "base.safetensors", "b", "-o", "fb.safetensors");
        succeeds("--method", "twin", "base.safetensors", "a", "b", "-o", "twin");
        succeeds("--method", "twin", "base.safetensors", "fa.safetensors", "fb.safetensors", "-o", "folded");

        succeeds("twin", "compose", "twin", "--weights", "0.7,0.3", "-o", "x.safetensors");
        succeeds("twin", "compose", "folded", "--weights", "0.7,0.3", "-o", "y.safetensors");

        succeeds("diff", "x.safetensors", "y.safetensors");
    }

    @Test
    void separateFactorsComposeAnAdapterThatFoldsIntoTheBase() {
        extractSeparately();

        succeeds("twin", "compose", "twin", "--weights", "0.7,0.3", "-o", "mixed");

        assertThat(directory.resolve("mixed/adapter_model.safetensors")).exists();
        assertThat(directory.resolve("mixed/adapter_config.json")).hasContent(CONFIG);
        succeeds("--method", "average", "base.safetensors", "mixed", "-o", "folded.safetensors");
        assertThat(run("diff", "base.safetensors", "folded.safetensors").exit()).isEqualTo(6);
    }

    @Test
    void separateFactorsAreInspectedTensorByTensor() {
        extractSeparately();

        assertThat(succeeds("twin", "inspect", "twin").out())
                .contains("adapters=separate", QUERY + ".lora_A.weight", QUERY + ".lora_B.weight");
    }

    @Test
    void recipesSayThatFactorsAreSeparate() {
        succeeds(
                "--method",
                "twin",
                "--adapters",
                "separate",
                "base.safetensors",
                "a",
                "b",
                "-o",
                "twin",
                "--write-recipe",
                "recipe.yaml");

        succeeds("run", "recipe.yaml", "-o", "again");

        succeeds("diff", "twin/expert_a.safetensors", "again/expert_a.safetensors");
    }

    @Test
    void separateFactorsTakeNoWholeModel() {
        refused(
                2,
                "--adapters separate takes LoRA adapters only, and this is a whole model",
                "base.safetensors",
                "a",
                "base.safetensors");
    }

    @Test
    void separateFactorsTakeNoSharedExpertAndNoTasks() {
        refused(
                2,
                "--shared and --adapters separate exclude each other",
                "--shared",
                "base.safetensors",
                "base.safetensors",
                "a");
        refused(2, "--tasks: the factors of adapters are no network", "--tasks", "tasks.yaml", "base.safetensors", "a");
    }

    @Test
    void refusesAdaptersOfAnotherScaleOrAnotherRank() throws IOException {
        configure("b", CONFIG.replace("8", "16"));
        refused(
                4,
                "the factors are scaled otherwise than in the adapter before (got 4.0, expected 2.0)",
                "base.safetensors",
                "a",
                "b");
    }

    @Test
    void refusesWholeTensorsBesideTheFactors() throws IOException {
        tensors(5)
                .floats("base_model.model." + QUERY + ".bias", Shape.of(12), values(12, 9))
                .write(directory.resolve("b/adapter_model.safetensors"));
        refused(
                3,
                "the adapter brings whole tensors along, which have no zero to start from (got [12], expected factors"
                        + " only)",
                "base.safetensors",
                "a",
                "b");
    }

    @Test
    void refusesAnAdapterOfAnotherBase() throws IOException {
        new TinyCheckpoint()
                .floats("other.weight", Shape.of(12, 16), values(192, 1))
                .write(directory.resolve("base.safetensors"));
        refused(4, "adapter_model.safetensors", "base.safetensors", "a", "b");
    }

    @Test
    void adaptersAreNoNetworkToRoute() throws IOException {
        extractSeparately();
        Files.writeString(directory.resolve("tasks.yaml"), """
            model: {architecture: image-cnn}
            tasks:
              - name: a
                head: {file: base.safetensors, prefix: head.}
                test: {images: i.idx, labels: l.idx}
            """);

        Cli.Result result = run("eval", "--tasks", "tasks.yaml", "--routing", "none", "twin");

        assertThat(result.err())
                .contains("the factors of adapters are no network (got --adapters separate, expected product)");
        assertThat(result.exit()).isEqualTo(3);
    }
}
