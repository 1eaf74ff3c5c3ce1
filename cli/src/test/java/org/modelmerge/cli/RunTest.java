package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RunTest {
    @TempDir
    Path directory;

    @BeforeEach
    void writeModels() throws IOException {
        Models.write(directory);
    }

    private Cli.Result run(String... words) {
        return Cli.in(directory).run(words);
    }

    private byte[] bytes(String name) throws IOException {
        return Files.readAllBytes(directory.resolve(name));
    }

    @Test
    void repeatsAMergeFromTheRecipeThatItWrote() throws IOException {
        run(
                "--method",
                "ties",
                "--density",
                "0.5",
                "--exclude",
                "ids",
                "--write-recipe",
                "r.yaml",
                "-o",
                "x.safetensors",
                Models.BASE,
                Models.EXPERT_A,
                Models.EXPERT_B);
        byte[] first = bytes("x.safetensors");

        Cli.Result refused = run("run", "r.yaml");
        Cli.Result forced = run("run", "-f", "r.yaml");

        assertThat(refused.exit()).isEqualTo(2);
        assertThat(forced.exit()).as(forced.err()).isZero();
        assertThat(bytes("x.safetensors")).isEqualTo(first);
    }

    @Test
    void runsTheRecipeOfAnOutputFolderWithModelsFromTheCommandLine() throws IOException {
        Models.writeFolders(directory);
        run("--method", "ties", "-o", "m", "base", "a", "b");

        Cli.Result result = run("run", "m/merge-recipe.yaml", "-o", "again", "base", "a", "b");

        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(bytes("again/model.safetensors")).isEqualTo(bytes("m/model.safetensors"));
        assertThat(bytes("again/merge-recipe.yaml")).isEqualTo(bytes("m/merge-recipe.yaml"));
    }

    @Test
    void letsFlagsWin() throws IOException {
        run("--method", "task-arithmetic", "--lambda", "0.1", "--write-recipe", "r.yaml", Models.BASE, Models.EXPERT_A);
        run("--method", "task-arithmetic", "--lambda", "0.7", "-o", "x.safetensors", Models.BASE, Models.EXPERT_A);

        run("run", "r.yaml", "--lambda", "0.7", "-o", "y.safetensors");

        assertThat(bytes("y.safetensors")).isEqualTo(bytes("x.safetensors"));
    }

    @Test
    void dropsTheRecipesParametersForAnotherMethod() throws IOException {
        run("--method", "ties", "--write-recipe", "r.yaml", Models.BASE, Models.EXPERT_A);

        Cli.Result result = run("run", "r.yaml", "--method", "average", "-o", "y.safetensors");

        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.err()).contains("method   average");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "modelmerge: 1\\nmethod: tiess | 3",
                "modelmerge: 1\\nmethod: ties\\nparameters: {densty: 0.2} | 3",
                "modelmerge: 1\\nmethod: ties\\nparameters: {density: lots} | 3",
                "modelmerge: 1\\nmethod: ties\\nparameters: {dtype: f8} | 3",
                "modelmerge: 1\\nmethod: ties\\nparameters: {allow-missing: maybe} | 3",
                "modelmerge: 1\\nmethod: ties\\nbase: [ | 3",
                "merge_method: ties | 3",
            })
    void refusesABrokenRecipeNamingIt(String yaml, int exit) throws IOException {
        Files.writeString(directory.resolve("r.yaml"), yaml.replace("\\n", "\n") + "\n");

        Cli.Result result = run("run", "r.yaml", Models.BASE, Models.EXPERT_A);

        assertThat(result.err()).startsWith("merge: " + directory.resolve("r.yaml") + ": ");
        assertThat(result.exit()).isEqualTo(exit);
    }

    @Test
    void refusesARecipeWithoutModels() throws IOException {
        Files.writeString(directory.resolve("r.yaml"), "modelmerge: 1\nmethod: ties\n");

        Cli.Result result = run("run", "r.yaml");

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err())
                .isEqualTo("merge: " + directory.resolve("r.yaml")
                        + ": the recipe names no base\nhint: merge run RECIPE BASE EXPERT...\n");
    }

    @Test
    void refusesAMissingRecipe() {
        Cli.Result result = run("run", "absent.yaml");

        assertThat(result.exit()).isEqualTo(5);
    }

    @Test
    void findsFilesBesideTheRecipe() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("recipes"));
        Files.writeString(
                folder.resolve("lambda.json"),
                "{\"schema\":1,\"granularity\":\"task\",\"tasks\":[\"a\"],\"rows\":{\"*\":[0.5]}}");
        Files.writeString(folder.resolve("r.yaml"), """
            modelmerge: 1
            method: adamerging
            base: ../base.safetensors
            experts: [../a.safetensors]
            parameters: {coefficients: lambda.json}
            output: ../x.safetensors
            """);
        run("--method", "task-arithmetic", "--lambda", "0.5", "-o", "y.safetensors", Models.BASE, Models.EXPERT_A);

        Cli.Result result = run("run", "recipes/r.yaml");

        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(run("diff", "x.safetensors", "y.safetensors").exit()).isZero();
    }
}
