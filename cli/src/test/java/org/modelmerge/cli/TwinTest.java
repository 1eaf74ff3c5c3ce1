package org.modelmerge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.json.StrictJson;
import org.modelmerge.testing.TinyCheckpoint;

/// Extraction, inspection and composition of Twin folders.
final class TwinTest {
    @TempDir
    Path directory;

    @BeforeEach
    void writeModels() throws IOException {
        model(0).write(directory.resolve("base.safetensors"));
        model(1).write(directory.resolve("a.safetensors"));
        model(2).write(directory.resolve("b.safetensors"));
    }

    private static TinyCheckpoint model(int seed) {
        float[] w = new float[200];
        SplittableRandom random = new SplittableRandom(seed);
        for (int j = 0; j < w.length; j++) {
            w[j] = random.nextFloat();
        }
        return new TinyCheckpoint()
                .floats("w", Shape.of(10, 20), w)
                .floats("bias", Shape.of(2), seed, 1)
                .longs("ids", Shape.of(2), 7, 8);
    }

    private Cli.Result run(String... words) {
        return Cli.in(directory).run(words);
    }

    private void extract(String... options) {
        String[] words = Arrays.copyOf(new String[] {"--method", "twin"}, 2 + options.length + 3);
        System.arraycopy(options, 0, words, 2, options.length);
        System.arraycopy(
                new String[] {"base.safetensors", "a.safetensors", "b.safetensors"}, 0, words, 2 + options.length, 3);
        Cli.Result result = run(words);
        assertThat(result.exit()).as(result.err()).isZero();
    }

    private List<String> names(String folder) throws IOException {
        try (var files = Files.list(directory.resolve(folder))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static Map<?, ?> json(String text) throws Exception {
        return (Map<?, ?>) StrictJson.parse(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    @Test
    void extractsIntoAFolderInTheWorkingDirectory() throws Exception {
        Cli.Result result = run("--method", "twin", "base.safetensors", "a.safetensors", "b.safetensors");

        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(result.out()).isEqualTo(directory.resolve("merged-twin") + "\n");
        assertThat(result.err()).contains("method   twin mask-rate=0.9 strategy=svd lambda=0.3", "of 2 models");
        assertThat(names("merged-twin"))
                .containsExactly(
                        "README.md",
                        "expert_a.safetensors",
                        "expert_b.safetensors",
                        "merge-recipe.yaml",
                        "merge-report.html",
                        "merge-report.json",
                        "shared.safetensors",
                        "twin.json");
        assertThat(Files.readString(directory.resolve("merged-twin/merge-report.html")))
                .contains("What compression keeps", "Storage");
    }

    @Test
    void extractsTheSameByItsOwnCommand() throws Exception {
        extract("-o", "one");
        Cli.Result result = run("twin", "extract", "-o", "two", "base.safetensors", "a.safetensors", "b.safetensors");

        assertThat(result.exit()).as(result.err()).isZero();
        for (String name : List.of("twin.json", "shared.safetensors", "expert_a.safetensors")) {
            assertThat(directory.resolve("two").resolve(name))
                    .hasSameBinaryContentAs(directory.resolve("one").resolve(name));
        }
    }

    @Test
    void runsItsRecipeAgain() throws Exception {
        extract("-o", "one", "--mask-rate", "50%", "--write-recipe", "twin.yaml");
        Cli.Result result = run("run", "twin.yaml", "-o", "two");

        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(directory.resolve("two/twin.json")).hasSameBinaryContentAs(directory.resolve("one/twin.json"));
    }

    @Test
    void takesASeedForChance() throws Exception {
        extract("-o", "one", "--strategy", "bernoulli", "--seed", "1");
        extract("-o", "two", "--strategy", "bernoulli", "--seed", "2");

        assertThat(Files.readAllBytes(directory.resolve("one/expert_a.safetensors")))
                .isNotEqualTo(Files.readAllBytes(directory.resolve("two/expert_a.safetensors")));
    }

    @Test
    void printsThePlanAndWritesNothing() throws Exception {
        List<String> before = Cli.in(directory).names();
        Cli.Result result = run("--method", "twin", "-n", "base.safetensors", "a.safetensors", "b.safetensors");

        assertThat(result.exit()).isZero();
        assertThat(result.out()).contains("expert   a: ", "memory   ", "output   ");
        assertThat(Cli.in(directory).names()).isEqualTo(before);
    }

    @Test
    void saysOnStandardOutputWhatJsonAsksFor() throws Exception {
        Cli.Result result = run("--method", "twin", "--json", "base.safetensors", "a.safetensors", "b.safetensors");

        Map<?, ?> document = json(result.out());
        assertThat(document.get("method")).isEqualTo("twin");
        assertThat((Map<?, ?>) document.get("sha256"))
                .extracting(Map::keySet)
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.collection(Object.class))
                .contains("shared.safetensors", "expert_a.safetensors", "expert_b.safetensors");
    }

    @Test
    void composesTheSharedExpertForWeightsOfZero() throws Exception {
        extract();
        Cli.Result result = run("twin", "compose", "merged-twin", "--weights", "0,0", "-o", "s.safetensors");

        assertThat(result.exit()).as(result.err()).isZero();
        assertThat(Cli.in(directory).names()).contains("s.safetensors", "s.report.html", "s.report.json");
        assertThat(run("diff", "s.safetensors", "merged-twin/shared.safetensors")
                        .exit())
                .isZero();
    }

    @Test
    void composesByLogitsAsBySoftmax() {
        extract();
        run("twin", "compose", "merged-twin", "--logits=3,3", "-o", "l.safetensors", "--no-report");
        run("twin", "compose", "merged-twin", "--weights", "0.5,0.5", "-o", "w.safetensors", "--no-report");

        assertThat(run("diff", "l.safetensors", "w.safetensors").exit()).isZero();
    }

    @Test
    void composesAFolderOfAnotherDtype() throws Exception {
        extract();
        Cli.Result result = run(
                "twin", "compose", "merged-twin", "--weights", "1,0", "--dtype", "bf16", "-o", "composed", "--json");

        assertThat(json(result.out()).get("weights")).isEqualTo(List.of(1.0, 0.0));
        assertThat(names("composed")).containsExactly("merge-report.html", "merge-report.json", "model.safetensors");
        assertThat(run("inspect", "composed").out()).contains("BF16").contains("I64");
    }

    @Test
    void inspectsStorageAndEnergy() throws Exception {
        extract("--mask-rate", "80%");
        Cli.Result text = run("twin", "inspect", "--hash", "merged-twin");
        Cli.Result document = run("twin", "inspect", "--json", "merged-twin");

        assertThat(text.out())
                .contains("expert a: ", "of its model", "storage ")
                .containsPattern("w +\\[10, 20] +factors +1");
        assertThat(json(document.out()).get("tasks")).isEqualTo(List.of("a", "b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "100%", "1", "-0.1", "1.5", "x", "0%"})
    void refusesAMaskRateThatIsNotBetweenZeroAndOne(String rate) {
        Cli.Result result =
                run("--method", "twin", "--mask-rate=" + rate, "base.safetensors", "a.safetensors", "b.safetensors");

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err()).contains("mask-rate").contains("strictly between 0 and 1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "twin compose merged-twin|2|give --weights, --logits or --tasks",
                "twin compose merged-twin --weights 1,2 --logits 1,2|2|exclude each other",
                "twin compose merged-twin --weights 1|2|got 1, expected 2",
                "twin compose merged-twin --weights 1,x|2|expected a finite number",
                "twin compose merged-twin --weights 1,0 --task a|2|name none",
                "twin compose absent --weights 1,0|5|no such folder",
                "twin compose a.safetensors --weights 1,0|3|expected a Twin folder",
                "twin compose merged-twin --weights 1,0 --max-memory 1MB|2|--max-memory is too small",
                "--method twin --max-memory 61MiB -o x base.safetensors a.safetensors|2|--max-memory is too small",
                "twin inspect|2|expected one Twin folder",
                "twin train|2|expected one of",
                "twin|2|got no command",
                "twin compose merged-twin --weights 1,0 -o merged-twin/shared.safetensors -f|2|this output is",
                "--method twin -o x.safetensors base.safetensors a.safetensors|2|expected a folder",
                "--method twin --lambda 1 --shared a.safetensors base.safetensors b.safetensors|2|exclude each other",
                "--method twin base.safetensors a.safetensors|2|exists already",
            })
    void refusesWithAClearLine(String words, int exit, String message) {
        extract();

        Cli.Result result = run(words.split(" "));

        assertThat(result.exit()).as(result.err()).isEqualTo(exit);
        assertThat(result.errorLines().getFirst()).startsWith("merge: ").contains(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"shared.safetensors", "expert_b.safetensors"})
    void refusesAFileOfAnotherBaseWithTheSameHeader(String file) throws Exception {
        extract();
        Cli.Result other = run("--method", "twin", "a.safetensors", "base.safetensors", "b.safetensors", "-o", "other");
        assertThat(other.exit()).as(other.err()).isZero();
        Files.copy(
                directory.resolve("other").resolve(file),
                directory.resolve("merged-twin").resolve(file),
                StandardCopyOption.REPLACE_EXISTING);

        Cli.Result result = run("twin", "compose", "merged-twin", "--weights", "1,0");

        assertThat(result.exit()).isEqualTo(4);
        assertThat(result.errorLines().getFirst()).contains(file, "is not the file that twin.json names");
    }

    @Test
    void leavesNothingBehindWhenAnExpertIsBad() throws Exception {
        new TinyCheckpoint()
                .floats("w", Shape.of(10, 20), new float[200])
                .floats("bias", Shape.of(2), Float.NaN, 1)
                .longs("ids", Shape.of(2), 7, 8)
                .write(directory.resolve("b.safetensors"));
        List<String> before = Cli.in(directory).names();

        Cli.Result result = run("--method", "twin", "base.safetensors", "a.safetensors", "b.safetensors");

        assertThat(result.exit()).isEqualTo(4);
        assertThat(Cli.in(directory).names()).isEqualTo(before);
    }

    @Test
    void writesACardThatSaysHowToUseTheFolder() throws Exception {
        extract("-o", "twin");

        assertThat(Files.readString(directory.resolve("twin/README.md")))
                .contains("merge twin compose . --weights 1,0 -o OUT", "expert\\_a.safetensors", "## Recipe");
    }

    @Test
    void verifiesATwinFolder() throws Exception {
        extract("-o", "twin");

        Cli.Result result = run("verify", "twin", "base.safetensors", "a.safetensors", "b.safetensors");

        assertThat(result.exit()).as(result.out()).isZero();
        assertThat(result.out()).contains("a well-formed Twin folder, 2 tasks", "merge-recipe.yaml");
    }

    @Test
    void findsAnExpertThatChanged() throws Exception {
        extract("-o", "twin");
        Path expert = directory.resolve("twin/expert_b.safetensors");
        byte[] bytes = Files.readAllBytes(expert);
        bytes[bytes.length - 1] ^= 1;
        Files.write(expert, bytes);

        Cli.Result result = run("verify", "twin");

        assertThat(result.exit()).isEqualTo(6);
        assertThat(result.out()).contains("expert_b.safetensors", "SHA-256: got");
    }

    @Test
    void refusesToRecomputeATwinFolder() throws Exception {
        extract("-o", "twin");

        Cli.Result result =
                run("verify", "--recompute", "5%", "twin", "base.safetensors", "a.safetensors", "b.safetensors");

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err()).contains("got a Twin folder", "the same inputs give the same bytes");
    }

    @Test
    void inspectsATwinFolderLikeItsOwnCommand() throws Exception {
        extract("-o", "twin");

        assertThat(run("inspect", "twin").out())
                .isEqualTo(run("twin", "inspect", "twin").out())
                .contains("shared expert");
    }
}
