package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.testing.TinyCheckpoint;

/// Recipes that merges leave give the same bytes again.
final class RerunTest {
    private static final String LAYER_WISE = "adamerging --coefficients table.json";

    @TempDir
    Path directory;

    @BeforeEach
    void writeModels() throws IOException {
        for (String name : List.of("base", "a", "b")) {
            TinyCheckpoint model = model(name.hashCode() % 1000);
            model.write(directory.resolve(name + ".safetensors"));
            model.writeSharded(directory.resolve(name), 2);
        }
        Files.writeString(directory.resolve("table.json"), """
            {"schema": 1, "granularity": "layer", "tasks": ["a", "b"], "rows": {"w": [0.3, 0.7], "v": [0.1, 1.5]}}
            """);
        Files.writeString(directory.resolve("one.json"), """
            {"schema": 1, "granularity": "task", "tasks": ["a", "b"], "rows": {"*": [0.25, 0.5]}}
            """);
    }

    /// 512 different values around a base that all three share.
    private static TinyCheckpoint model(int salt) {
        float[] values = new float[256];
        float[] others = new float[256];
        for (int i = 0; i < values.length; i++) {
            values[i] = i + 0.001f * ((i * 31 * salt + salt) % 257);
            others[i] = -i + 0.002f * ((i * 17 * salt + salt) % 251);
        }
        return new TinyCheckpoint().floats("w", Shape.of(16, 16), values).floats("v", Shape.of(256), others);
    }

    private Cli.Result run(String... words) {
        return Cli.in(directory).run(words);
    }

    private Cli.Result merge(String choices, String... rest) {
        List<String> words = new ArrayList<>(List.of("--method"));
        words.addAll(List.of(choices.split(" ")));
        words.addAll(Arrays.asList(rest));
        Cli.Result result = run(words.toArray(String[]::new));
        assertThat(result.exit()).as(result.err()).isZero();
        return result;
    }

    private byte[] bytes(String name) throws IOException {
        return Files.readAllBytes(directory.resolve(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "average",
                "average --weights 1,3",
                "task-arithmetic --lambda 0.3,-0.7",
                "ties --density 50% --merge-function max --trim-scope tensor",
                "pcb --density 0.35 --lambda 0.9 --variant nlp",
                LAYER_WISE,
                "adamerging --coefficients one.json --plus-plus",
                "ties --dtype bf16 --include w",
                "ties --max-shard-size 1500B",
            })
    void folderGivesTheSameBytes(String choices) throws IOException {
        merge(choices, "-o", "m", "base", "a", "b");

        Cli.Result again = run("run", "m/merge-recipe.yaml", "base", "a", "b", "-o", "again");

        assertThat(again.exit()).as(again.err()).isZero();
        for (String file : files("m")) {
            assertThat(bytes("again/" + file)).as(file).isEqualTo(bytes("m/" + file));
        }
        assertThat(files("again")).isEqualTo(files("m"));
    }

    /// Without the report and the card, which name the output.
    private List<String> files(String folder) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(folder))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("merge-report") && !name.equals("README.md"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "average --weights 1,3",
                "task-arithmetic --lambda 0.3,-0.7",
                "ties --density 50% --allow-nonfinite",
                "pcb --density 0.35",
                LAYER_WISE,
                "adamerging --coefficients one.json --plus-plus --density 0.3",
            })
    void fileGivesTheSameBytesByTheRecipeBesideIt(String choices) throws IOException {
        merge(choices, "--write-recipe", "r.yaml", "-o", "x.safetensors", "base.safetensors", "a", "b");
        Files.deleteIfExists(directory.resolve("table.json"));

        Cli.Result again = run("run", "r.yaml", "-o", "again.safetensors");

        assertThat(again.exit()).as(again.err()).isZero();
        assertThat(bytes("again.safetensors")).isEqualTo(bytes("x.safetensors"));
    }

    @Test
    void folderKeepsItsCoefficientsInAFileWhoseHashTheHeaderHolds() throws IOException {
        merge(LAYER_WISE, "-o", "m", "base", "a", "b");

        String hash = Hashes.of(bytes("m/merge-coefficients.json"));
        assertThat(text("m/merge-recipe.yaml")).contains("coefficients: merge-coefficients.json");
        assertThat(text("m/README.md")).contains(hash);
        assertThat(text("m/merge-report.json")).contains("\"merge-coefficients.json\": \"" + hash + "\"");
        assertThat(text("m/model.safetensors")).contains("sha256:" + hash);
        assertThat(run("verify", "m").exit()).isZero();
    }

    private String text(String name) throws IOException {
        return new String(bytes(name), StandardCharsets.ISO_8859_1);
    }

    @Test
    void folderWithChangedCoefficientsDoesNotVerify() throws IOException {
        merge(LAYER_WISE, "-o", "m", "base", "a", "b");
        Files.writeString(
                directory.resolve("m/merge-coefficients.json"),
                text("m/merge-coefficients.json").replace("0.3", "0.4"));

        assertThat(run("verify", "m").exit()).isEqualTo(6);
    }

    @Test
    void shardSizeOfARecipePlaysNoPartForAFile() throws IOException {
        merge("ties --max-shard-size 1500B", "-o", "m", "base", "a", "b");
        merge("ties", "-o", "x.safetensors", "base", "a", "b");

        Cli.Result result = run("run", "m/merge-recipe.yaml", "base", "a", "b", "-o", "y.safetensors");

        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(bytes("y.safetensors")).isEqualTo(bytes("x.safetensors"));
        assertThat(files("m")).contains("model-00001-of-00002.safetensors");
    }

    @Test
    void shardSizeByFlagIsRefusedForAFile() {
        Cli.Result result = run(
                "--method", "ties", "--max-shard-size", "1500B", "-o", "x.safetensors", "base.safetensors", "a", "b");

        assertThat(result.exit()).isEqualTo(2);
    }
}
