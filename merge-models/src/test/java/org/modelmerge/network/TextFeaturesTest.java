package org.modelmerge.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.task.Pooling;

/// Tokenizer and batches together, against transformers.
final class TextFeaturesTest {
    private static final double TOLERANCE = 3e-6;

    @Test
    void tokenizesAsTheReferenceAndOverridesPaddingAndLengthOfTheFile() throws Exception {
        Fixture fixture = Fixture.of("tiny-bert");
        try (TextTokenizer tokenizer = TextTokenizer.open(fixture.folder().resolve("tokenizer.json"), 65, 16)) {
            assertThat(tokenizer.encode(fixture.texts())).isDeepEqualTo(fixture.numbers("ids"));
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1", "2,2", "3,1", "7,2", "32,2"})
    void answersComeInTheOrderOfTheTextsWhateverTheBatch(int batchSize, int threads) throws Exception {
        Fixture fixture = Fixture.of("tiny-bert");
        try (CheckpointWeights weights = fixture.weights();
                Network network = Network.open(
                        Architectures.named("bert"),
                        weights,
                        new NetworkSettings(Pooling.MEAN, 16, weights.config()),
                        threads);
                TextTokenizer tokenizer = TextTokenizer.open(fixture.folder().resolve("tokenizer.json"), 65, 16)) {
            float[][] features = new TextFeatures(network, tokenizer, batchSize).of(fixture.texts());

            assertThat(Fixture.difference(features, fixture.rows("mean"))).isLessThan(TOLERANCE);
        }
    }

    @Test
    void theNumberOfThreadsChangesNoBit() throws Exception {
        Fixture fixture = Fixture.of("tiny-bert");
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            texts.add("how do i top up ".repeat(i % 4) + "card");
        }
        List<float[][]> runs = new ArrayList<>();
        for (int threads = 1; threads <= 3; threads++) {
            try (CheckpointWeights weights = fixture.weights();
                    Network network = Network.open(
                            Architectures.named("bert"),
                            weights,
                            new NetworkSettings(Pooling.CLS, 16, weights.config()),
                            threads);
                    TextTokenizer tokenizer =
                            TextTokenizer.open(fixture.folder().resolve("tokenizer.json"), 65, 16)) {
                runs.add(new TextFeatures(network, tokenizer, 8).of(texts));
            }
        }

        assertThat(runs.get(1)).isDeepEqualTo(runs.get(0));
        assertThat(runs.get(2)).isDeepEqualTo(runs.get(0));
    }

    @ParameterizedTest
    @CsvSource({"64", "193"})
    void refusesATokenizerOfAnotherVocabulary(int rows) throws Exception {
        Path file = Fixture.resource("tiny-bert").resolve("tokenizer.json");

        assertThatThrownBy(() -> TextTokenizer.open(file, rows, 16))
                .isInstanceOfSatisfying(
                        MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MISMATCH))
                .hasMessage(file + ": the tokenizer has another vocabulary than the network (got 65 tokens, expected "
                        + rows + ", the rows of the embedding table)");
    }

    @Test
    void allowsTheRowsThatPadATableForHardware() throws Exception {
        Path file = Fixture.resource("tiny-bert").resolve("tokenizer.json");

        try (TextTokenizer tokenizer = TextTokenizer.open(file, 128, 16)) {
            assertThat(tokenizer.encode(List.of("card"))).isDeepEqualTo(new long[][] {{2, 16, 3}});
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[]|no tokenizer: expected an object at the top",
                "{}|no tokenizer: expected an object at model",
                "{\"model\":{\"vocab\":{\"a\":-1}}}|no tokenizer: expected a token number at model.vocab",
                "{\"model\":{\"vocab\":{\"a\":0}}}|no tokenizer: "
            })
    void refusesFilesThatAreNoTokenizer(String json, String problem, @TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("tokenizer.json"), json.getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> TextTokenizer.open(file, 1, 16))
                .isInstanceOfSatisfying(
                        MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED))
                .hasMessageStartingWith(file + ": " + problem);
    }
}
