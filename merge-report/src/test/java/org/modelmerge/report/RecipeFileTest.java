package org.modelmerge.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.report.Recipe.Source;
import org.modelmerge.testing.Property;

class RecipeFileTest {
    private static final String MINIMAL = "modelmerge: 1\nmethod: ties\n";

    @Test
    void writesTheCanonicalForm() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("density", "20%");
        parameters.put("lambda", 0.3f);
        parameters.put("weights", List.of(0.5, 1));
        parameters.put("allow-extra", true);
        Recipe recipe = new Recipe(
                "ties",
                Source.of("../base.safetensors"),
                List.of(Source.of("ft1"), Source.of("yes")),
                parameters,
                "merged");

        assertThat(RecipeFile.write(recipe)).isEqualTo("""
            modelmerge: 1
            method: ties
            base: "../base.safetensors"
            experts:
              - ft1
              - "yes"
            parameters:
              density: "20%"
              lambda: 0.3
              weights: [0.5, 1]
              allow-extra: true
            output: merged
            """);
    }

    @Test
    void writesModelsOfAnOutputFolderWithSizeAndHash() {
        assertThat(RecipeFile.write(Recipe.of(TinyMerge.report()))).isEqualTo("""
            modelmerge: 1
            method: task-arithmetic
            base:
              path: base
              size: 160
              headerSha256: "%1$s"
            experts:
              - path: a.safetensors
                size: 160
                headerSha256: "%1$s"
              - path: b.safetensors
                size: 160
                headerSha256: "%1$s"
            parameters:
              lambda: 0.5
              allow-extra: true
            """.formatted(TinyMerge.OTHER_HEX));
    }

    @Test
    void prefersFullHashesWhereTheyAreKnown() {
        List<Map<String, String>> hashes =
                List.of(Map.of("m.safetensors", TinyMerge.HEX), Map.of(), Map.of("m.safetensors", TinyMerge.HEX));
        MergeReport report =
                MergeReport.of(TinyMerge.plan(), TinyMerge.result(Map.of(), hashes, null), TinyMerge.entry(), "out");

        Recipe recipe = Recipe.of(report);

        assertThat(recipe.base()).isEqualTo(new Source("base", 160L, Map.of("m.safetensors", TinyMerge.HEX), null));
        assertThat(recipe.experts().getFirst().headerSha256()).isEqualTo(TinyMerge.OTHER_HEX);
    }

    @Test
    void readsBackWhatItWrote() {
        Property.forAll("recipe round trip", 300, seed -> {
            Recipe recipe = randomRecipe(new SplittableRandom(seed));

            String yaml = RecipeFile.write(recipe);

            Recipe read = RecipeFile.parse(bytes(yaml));
            assertThat(read).isEqualTo(recipe);
            assertThat(RecipeFile.write(read)).isEqualTo(yaml);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "yes",
                "1e3",
                "a: b",
                "-",
                "- x",
                "-x",
                "~",
                "null",
                "0x1F",
                "1_000",
                "1:30",
                ".inf",
                "#c",
                "a #c",
                "@x",
                "`x`",
                "!x",
                "&x",
                "*x",
                "%x",
                "?",
                "[a]",
                "{a}",
                "a,b",
                " a",
                "a ",
                "'a'",
                "\"a\"",
                "a\\b",
                "a\nb",
                "a\u0085b",
                "\ufeffa",
                "2001-01-01",
                "\ud83e\udd86 duck",
                "\u05e9\u05dc\u05d5\u05dd",
                "\u202eabc",
                "=",
                "<<",
                "y",
                "OFF",
                "1.",
                ".5",
                "+1",
                "a:",
                ":a",
                "\ud83d\udc68\u200d\ud83d\udc69"
            })
    void quotesNamesThatYamlWouldReadOtherwise(String name) throws MergeException {
        Recipe recipe = new Recipe(name, Source.of(name), List.of(Source.of(name)), Map.of(name, name), name);

        String yaml = RecipeFile.write(recipe);

        assertThat(RecipeFile.parse(bytes(yaml))).isEqualTo(recipe);
        assertThat(yaml.lines()
                        .filter(line -> line.startsWith("method:"))
                        .findFirst()
                        .orElseThrow())
                .startsWith("method: \"");
    }

    @Test
    void namesTheNearestKey() {
        MergeException refusal = refusal(MINIMAL + "expertss: [a]\n");

        assertThat(refusal.code()).isEqualTo(ErrorCode.MALFORMED);
        assertThat(refusal).hasMessageContaining("unknown key expertss");
        assertThat(refusal.hint()).isEqualTo("did you mean experts?");
    }

    @Test
    void namesTheNearestParameter() throws MergeException {
        Recipe recipe = RecipeFile.parse(bytes(MINIMAL + "parameters: {denstiy: 0.2, dtype: f32}\n"));

        MergeException refusal =
                catchThrowableOfType(MergeException.class, () -> recipe.checkParameters(List.of("density", "lambda")));

        assertThat(refusal.code()).isEqualTo(ErrorCode.MALFORMED);
        assertThat(refusal).hasMessageContaining("unknown key parameters.denstiy");
        assertThat(refusal.hint()).isEqualTo("did you mean density?");
    }

    @Test
    void acceptsParametersOfTheMethodAndOfTheMainCommand() throws MergeException {
        Recipe recipe = RecipeFile.parse(bytes(MINIMAL + "parameters: {density: 0.2, dtype: f32, seed: 3}\n"));

        recipe.checkParameters(List.of("density"));

        assertThat(recipe.parameters()).isEqualTo(Map.of("density", 0.2, "dtype", "f32", "seed", 3L));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        `method: ties`                                   | missing key modelmerge
        `modelmerge: 1`                                  | missing key method
        `modelmerge: "1"`                                | wrong value at modelmerge (got "1", expected 1)
        `{modelmerge: 1, method: 3}`                     | wrong value at method (got 3, expected text)
        `{modelmerge: 1, method: }`                      | method has no value
        `{modelmerge: 1, method: [a]}`                   | wrong value at method (got a list, expected text)
        `{modelmerge: 1, method: t, base: 1e3}`          | wrong value at base (got 1000.0, expected text)
        `{modelmerge: 1, method: t, base: ""}`           | wrong value at base (got "", expected a path)
        `{modelmerge: 1, method: t, base: {size: 1}}`    | missing key base.path
        `{modelmerge: 1, method: t, base: {path: a, size: x}}`       | wrong value at base.size (got "x", expected an integer from 0 on)
        `{modelmerge: 1, method: t, base: {path: a, sha: x}}`        | unknown key base.sha
        `{modelmerge: 1, method: t, base: {path: a, sha256: {f: x}}}`| wrong value at base.sha256.f (got "x"
        `{modelmerge: 1, method: t, experts: a}`         | wrong value at experts (got "a", expected a list)
        `{modelmerge: 1, method: t, experts: [true]}`    | wrong value at experts[0] (got true, expected text)
        `{modelmerge: 1, method: t, parameters: [a]}`    | wrong value at parameters (got a list, expected a mapping)
        `{modelmerge: 1, method: t, parameters: {a: }}`  | parameters.a has no value
        `{modelmerge: 1, method: t, method: u}`          | duplicate key method at line 1, column 28
        `{modelmerge: 1, method: t, parameters: {a: 1, "a": 2}}`     | duplicate key a
        `{modelmerge: 1, method: &a t}`                  | an anchor at line 1, column 25
        `{modelmerge: 1, method: *a}`                    | an alias at line 1, column 25
        `{modelmerge: 1, method: !!str t}`               | the tag
        `{modelmerge: 1, method: 1e999}`                 | exceeds a double
        `{modelmerge: 1, ? [a] : t}`                     | that is not text
        `- a`                                            | wrong value at the top (got a list, expected a mapping)
        `just text`                                      | wrong value at the top (got "just text", expected a mapping)
        `{modelmerge: 1`                                 | not YAML
        `a: b: c`                                        | not YAML at line 1, column 5
        """)
    void refusesWhatIsNoRecipe(String yaml, String message) {
        MergeException refusal = refusal(yaml);

        assertThat(refusal.code()).isEqualTo(ErrorCode.MALFORMED);
        assertThat(refusal).hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "# only a comment\n", "---\n", "--- a\n--- b\n", "\u0000", "a: \u0007"})
    void refusesDocumentsThatAreNoneOrMany(String yaml) {
        assertThat(refusal(yaml).code()).isEqualTo(ErrorCode.MALFORMED);
    }

    @Test
    void refusesASecondDocument() {
        assertThat(refusal(MINIMAL + "---\n" + MINIMAL)).hasMessageStartingWith("a second document at line 3");
    }

    @Test
    void refusesDeepNesting() {
        String yaml = "modelmerge: 1\nparameters: " + "[".repeat(100_000);

        assertThat(refusal(yaml)).hasMessageContaining("nested too deeply");
    }

    @Test
    void refusesMoreThanOneMebibyte() {
        assertThat(refusal("#".repeat(1 << 20) + "\n" + MINIMAL)).hasMessageContaining("expected at most 1048576");
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        MergeException refusal =
                catchThrowableOfType(MergeException.class, () -> RecipeFile.parse(new byte[] {'a', (byte) 0xff}));

        assertThat(refusal).hasMessage("not UTF-8 text");
    }

    @Test
    void tellsMergekitRecipesApart() {
        MergeException refusal = refusal("merge_method: ties\nbase_model: a\ndtype: bfloat16\n");

        assertThat(refusal.code()).isEqualTo(ErrorCode.UNSUPPORTED_FORMAT);
        assertThat(refusal).hasMessage("a mergekit recipe (it has the key merge_method)");
    }

    @Test
    void refusesALaterVersion() {
        MergeException refusal = refusal("modelmerge: 2\nmethod: ties\n");

        assertThat(refusal.code()).isEqualTo(ErrorCode.UNSUPPORTED_FORMAT);
        assertThat(refusal).hasMessage("recipe version (got 2, expected 1)");
    }

    @Test
    void resolvesPathsAgainstTheRecipesFolder(@TempDir Path folder) throws IOException, MergeException {
        Path file = folder.resolve("r.yaml");
        Files.writeString(file, MINIMAL + "base: ../b\nexperts: [x, /abs/y]\noutput: out\n");

        Recipe recipe = RecipeFile.read(LocalStorage.INSTANCE, file);

        assertThat(recipe.base()).isEqualTo(Source.of(folder.resolve("../b").toString()));
        assertThat(recipe.experts())
                .containsExactly(Source.of(folder.resolve("x").toString()), Source.of("/abs/y"));
        assertThat(recipe.output()).isEqualTo(folder.resolve("out").toString());
    }

    @Test
    void namesTheFileThatIsNoRecipe(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("r.yaml"), "x");

        MergeException refusal =
                catchThrowableOfType(MergeException.class, () -> RecipeFile.read(LocalStorage.INSTANCE, file));

        assertThat(refusal.file()).isEqualTo(file.toString());
    }

    @Test
    void writesNearPathsRelativeAndFarOnesAbsolute() {
        Path recipe = Path.of("/data/recipes/mine/r.yaml");

        assertThat(RecipeFile.relativePath(recipe, Path.of("/data/recipes/mine/a/b")))
                .isEqualTo("a/b");
        assertThat(RecipeFile.relativePath(recipe, Path.of("/data/base"))).isEqualTo("../../base");
        assertThat(RecipeFile.relativePath(recipe, Path.of("/other/base"))).isEqualTo("/other/base");
        assertThat(RecipeFile.relativePath(recipe, Path.of("/data/recipes/mine")))
                .isEqualTo(".");
    }

    private static MergeException refusal(String yaml) {
        return catchThrowableOfType(MergeException.class, () -> RecipeFile.parse(bytes(yaml)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Recipe randomRecipe(SplittableRandom random) {
        List<Source> experts = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            experts.add(randomSource(random));
        }
        Map<String, Object> parameters = new LinkedHashMap<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            parameters.put(randomText(random), randomValue(random, 3));
        }
        return new Recipe(
                randomText(random),
                random.nextBoolean() ? randomSource(random) : null,
                experts,
                parameters,
                random.nextBoolean() ? randomText(random) : null);
    }

    private static Source randomSource(SplittableRandom random) {
        return random.nextBoolean()
                ? Source.of(randomText(random))
                : new Source(
                        randomText(random),
                        random.nextBoolean() ? random.nextLong(Long.MAX_VALUE) : null,
                        random.nextBoolean() ? Map.of(randomText(random), TinyMerge.HEX) : Map.of(),
                        random.nextBoolean() ? "1".repeat(64) : null);
    }

    private static Object randomValue(SplittableRandom random, int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 6)) {
            case 0 -> randomText(random);
            case 1 -> random.nextLong();
            case 2 -> random.nextBoolean();
            case 3 -> random.nextDouble() * Math.pow(10, random.nextInt(-300, 300));
            case 4 -> List.of(randomValue(random, depth - 1), randomValue(random, depth - 1));
            default -> Map.of(randomText(random), randomValue(random, depth - 1));
        };
    }

    /// One to eight characters, most of them troublesome ones.
    private static String randomText(SplittableRandom random) {
        String trouble = "-:#'\"\\{}[],&*!|>%@`?~=<. \t\n\r0123456789eE_truefalsnoy\u0085\u2028\ufeff\u200b";
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i >= 0; i--) {
            int point = random.nextInt(5) > 0
                    ? trouble.charAt(random.nextInt(trouble.length()))
                    : random.nextInt(1, Character.MAX_CODE_POINT);
            text.appendCodePoint(Character.getType(point) == Character.SURROGATE ? 'x' : point);
        }
        return text.toString();
    }
}
