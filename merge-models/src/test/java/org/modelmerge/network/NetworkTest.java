package org.modelmerge.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.data.ImageBatch;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.task.Pooling;
import org.modelmerge.testing.TinyCheckpoint;

/// Networks against PyTorch and transformers, on small random weights.
final class NetworkTest {
    /// float32 has 24 bits; sums of some hundred terms in another order cost a few of them.
    private static final double TOLERANCE = 3e-6;

    @ParameterizedTest
    @EnumSource(Pooling.class)
    void bertAgreesWithTransformers(Pooling pooling) throws Exception {
        Fixture fixture = Fixture.of("tiny-bert");
        try (CheckpointWeights weights = fixture.weights();
                Network network = open("bert", weights, pooling)) {
            float[][] features = features(network, new Batch.Tokens(fixture.numbers("ids")));

            assertThat(Fixture.difference(features, fixture.rows(pooling == Pooling.MEAN ? "mean" : "cls")))
                    .isLessThan(TOLERANCE);
        }
    }

    @Test
    void imageCnnAgreesWithPyTorch() throws Exception {
        Fixture fixture = Fixture.of("image-cnn");
        try (CheckpointWeights weights = CheckpointWeights.open(samples("base.safetensors"), null);
                Network network = open("image-cnn", weights, null)) {
            float[][] features = features(network, new Batch.Images(Fixture.images()));

            assertThat(Fixture.difference(features, fixture.rows("features"))).isLessThan(TOLERANCE);
        }
    }

    @Test
    void resNetAndItsClassifierAgreeWithPyTorch() throws Exception {
        Fixture fixture = Fixture.of("tiny-resnet");
        try (CheckpointWeights weights = fixture.weights();
                Network network = open("resnet-cifar", weights, null)) {
            float[][] features = features(network, new Batch.Images(Fixture.images()));
            Head head = Head.of(weights, network.blueprint().classifierPrefix(), 16);

            assertThat(Fixture.difference(features, fixture.rows("features"))).isLessThan(TOLERANCE);
            float[][] logits = new float[features.length][10];
            for (int i = 0; i < logits.length; i++) {
                for (int c = 0; c < 10; c++) {
                    logits[i][c] = (float) head.logits(features[i])[c];
                }
            }
            assertThat(Fixture.difference(logits, fixture.rows("logits"))).isLessThan(TOLERANCE);
        }
    }

    @Test
    void clipAgreesWithTransformers() throws Exception {
        Fixture fixture = Fixture.of("tiny-clip");
        try (CheckpointWeights weights = fixture.weights();
                Network network = open("clip-vit", weights, null)) {
            float[][] features = features(network, new Batch.Images(Fixture.images()));

            assertThat(Fixture.difference(features, fixture.rows("embeds"))).isLessThan(TOLERANCE);
        }
    }

    @Test
    void clipWithoutProjectionGivesThePooledVector() throws Exception {
        Fixture fixture = Fixture.of("tiny-clip");
        try (CheckpointWeights weights = fixture.weights()) {
            ArrayWeights tower = copy(weights, "", name -> !name.startsWith("visual_projection"));
            try (Network network = Network.open(
                    Architectures.named("clip-vit"), tower, new NetworkSettings(null, 0, weights.config()), 2)) {
                float[][] features = features(network, new Batch.Images(Fixture.images()));

                assertThat(Fixture.difference(features, fixture.rows("pooled"))).isLessThan(TOLERANCE);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny-bert bert", "tiny-clip clip-vit", "tiny-resnet resnet-cifar"})
    void namesMayStandBehindAPrefix(String both) throws Exception {
        String[] words = both.split(" ");
        Fixture fixture = Fixture.of(words[0]);
        try (CheckpointWeights weights = fixture.weights()) {
            ArrayWeights prefixed = copy(weights, "model.", _ -> true);
            NetworkSettings settings = new NetworkSettings(null, 0, weights.config());
            try (Network network = Network.open(Architectures.named(words[1]), prefixed, settings, 2)) {
                Batch batch = network.blueprint().vocabularySize() > 0
                        ? new Batch.Tokens(fixture.numbers("ids"))
                        : new Batch.Images(Fixture.images());
                String key = fixture.expected().containsKey("mean")
                        ? "mean"
                        : fixture.expected().containsKey("embeds") ? "embeds" : "features";

                assertThat(Fixture.difference(features(network, batch), fixture.rows(key)))
                        .isLessThan(TOLERANCE);
            }
        }
    }

    @Test
    void loadingOtherWeightsChangesTheResultInPlace() throws Exception {
        Fixture fixture = Fixture.of("image-cnn");
        Batch batch = new Batch.Images(Fixture.images());
        try (CheckpointWeights base = CheckpointWeights.open(samples("base.safetensors"), null);
                CheckpointWeights other = CheckpointWeights.open(samples("eurosat.safetensors"), null);
                Network network = open("image-cnn", other, null)) {
            float[][] before = features(network, batch);

            network.load(base);

            assertThat(Fixture.difference(before, fixture.rows("features"))).isGreaterThan(0.01);
            assertThat(Fixture.difference(features(network, batch), fixture.rows("features")))
                    .isLessThan(TOLERANCE);
        }
    }

    @Test
    void frozenWeightsFillOnlyWhatTheModelLacks(@TempDir Path folder) throws Exception {
        Fixture fixture = Fixture.of("tiny-bert");
        Path model = folder.resolve("model.safetensors");
        Path frozen = folder.resolve("frozen");
        try (CheckpointWeights weights = fixture.weights()) {
            write(copy(weights, "", name -> name.startsWith("encoder.")), model);
            ArrayWeights all = copy(weights, "", _ -> true);
            all.put("encoder.layer.0.output.dense.bias", Shape.of(32), new float[32]);
            write(all, frozen.resolve("model.safetensors"));
        }
        Files.copy(fixture.folder().resolve("config.json"), frozen.resolve("config.json"));
        try (CheckpointWeights both = CheckpointWeights.open(model, frozen);
                Network network = open("bert", both, null)) {
            float[][] features = features(network, new Batch.Tokens(fixture.numbers("ids")));

            assertThat(Fixture.difference(features, fixture.rows("mean"))).isLessThan(TOLERANCE);
            assertThat(network.frozenTensors()).hasSize(5).allMatch(name -> name.startsWith("embeddings."));
        }
    }

    @Test
    void widensEveryFloatTypeAndReadsInWindows(@TempDir Path folder) throws Exception {
        float[] values = new float[70_000];
        for (int j = 0; j < values.length; j++) {
            values[j] = j % 256 - 128;
        }
        Shape shape = Shape.of(values.length);
        double[] doubles = new double[values.length];
        Arrays.setAll(doubles, j -> values[j]);
        Path file = new TinyCheckpoint()
                .floats("f32", shape, values)
                .halfs("f16", shape, values)
                .bfloats("bf16", shape, values)
                .doubles("f64", shape, doubles)
                .longs("i64", Shape.of(1), 1)
                .write(folder.resolve("types.safetensors"));
        try (CheckpointWeights weights = CheckpointWeights.open(file, null)) {
            for (String type : List.of("f32", "f16", "bf16", "f64")) {
                FloatBuffer target = FloatBuffer.allocate(values.length);

                weights.read(type, target);

                assertThat(target.array()).isEqualTo(values);
            }
            assertThatThrownBy(() -> weights.read("i64", FloatBuffer.allocate(1)))
                    .isInstanceOfSatisfying(
                            MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_DTYPE))
                    .hasMessageContaining("i64: a network cannot compute with this dtype (got I64");
        }
    }

    @Test
    void theSameBatchGivesTheSameBits() throws Exception {
        try (CheckpointWeights weights = CheckpointWeights.open(samples("base.safetensors"), null);
                Network network = open("image-cnn", weights, null)) {
            Batch batch = new Batch.Images(Fixture.images());

            assertThat(features(network, batch)).isDeepEqualTo(features(network, batch));
        }
    }

    @Test
    void refusesWeightsThatLackATensor() throws Exception {
        try (CheckpointWeights weights = CheckpointWeights.open(samples("base.safetensors"), null)) {
            ArrayWeights part = copy(weights, "", name -> !name.equals("g3.bias"));

            assertThatThrownBy(() -> open("image-cnn", part, null)).isInstanceOfSatisfying(MergeException.class, e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.MISSING_TENSOR);
                assertThat(e).hasMessage("part: g3.bias: the network needs this tensor and the checkpoint lacks it");
            });
        }
    }

    @Test
    void refusesWeightsOfAnotherShape() throws Exception {
        try (CheckpointWeights weights = CheckpointWeights.open(samples("base.safetensors"), null)) {
            ArrayWeights part = copy(weights, "", _ -> true).put("g3.bias", Shape.of(63), new float[63]);

            assertThatThrownBy(() -> open("image-cnn", part, null)).isInstanceOfSatisfying(MergeException.class, e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.MISMATCH);
                assertThat(e).hasMessage("part: g3.bias: wrong shape for the network (got [63], expected [64])");
            });
        }
    }

    @Test
    void refusesTheWeightsOfAnotherArchitecture() throws Exception {
        try (CheckpointWeights weights = CheckpointWeights.open(samples("base.safetensors"), null)) {
            assertThatThrownBy(() -> open("bert", weights, null))
                    .isInstanceOfSatisfying(
                            MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MISSING_TENSOR));
        }
    }

    @Test
    void refusesImagesOfAnotherSizeAndTexts() throws Exception {
        try (CheckpointWeights weights = CheckpointWeights.open(samples("base.safetensors"), null);
                Network network = open("image-cnn", weights, null)) {
            Batch small = new Batch.Images(new ImageBatch(1, 16, 16, 1, new byte[256]));
            Batch texts = new Batch.Tokens(new long[][] {{1, 2}});

            assertThatThrownBy(() -> features(network, small))
                    .hasMessage("wrong size of images (got 16 x 16, expected 32 x 32)");
            assertThatThrownBy(() -> features(network, texts))
                    .hasMessage("wrong input for the network (got texts, expected images)");
        }
    }

    @Test
    void greyImagesOf28BecomeColourImagesWithABorder() throws Exception {
        byte[] grey = new byte[28 * 28];
        byte[] colour = new byte[32 * 32 * 3];
        for (int y = 0; y < 28; y++) {
            for (int x = 0; x < 28; x++) {
                byte pixel = (byte) (7 * y + 3 * x);
                grey[y * 28 + x] = pixel;
                for (int c = 0; c < 3; c++) {
                    colour[((y + 2) * 32 + x + 2) * 3 + c] = pixel;
                }
            }
        }
        try (CheckpointWeights weights = CheckpointWeights.open(samples("base.safetensors"), null);
                Network network = open("image-cnn", weights, null)) {
            assertThat(features(network, new Batch.Images(new ImageBatch(1, 28, 28, 1, grey))))
                    .isDeepEqualTo(features(network, new Batch.Images(new ImageBatch(1, 32, 32, 3, colour))));
        }
    }

    @Test
    void refusesMoreTokensThanThereArePositions() throws Exception {
        Fixture fixture = Fixture.of("tiny-bert");
        try (CheckpointWeights weights = fixture.weights()) {
            assertThatThrownBy(() -> Network.open(
                            Architectures.named("bert"), weights, new NetworkSettings(null, 25, weights.config()), 1))
                    .isInstanceOfSatisfying(
                            MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MISMATCH))
                    .hasMessageEndingWith(
                            "max-length is larger than the network's positions (got 25, expected at most 24)");
        }
    }

    @Test
    void refusesAConfigurationThatAsksForAnotherActivation() throws Exception {
        Fixture fixture = Fixture.of("tiny-bert");
        ModelConfig config = new ModelConfig(Map.of("hidden_act", "relu"));
        try (CheckpointWeights weights = fixture.weights()) {
            assertThatThrownBy(() ->
                            Network.open(Architectures.named("bert"), weights, new NetworkSettings(null, 0, config), 1))
                    .hasMessageEndingWith("config.json asks for another network: hidden_act (got relu, expected gelu)");
        }
    }

    @Test
    void anUnknownArchitectureNamesTheNearest() {
        assertThatThrownBy(() -> Architectures.named("brt"))
                .isInstanceOfSatisfying(MergeException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED);
                    assertThat(e.hint()).isEqualTo("did you mean bert?");
                })
                .hasMessage("unknown architecture (got brt, expected one of bert, image-cnn, resnet-cifar, clip-vit)");
    }

    private static float[][] features(Network network, Batch batch) throws MergeException {
        return network.features(List.of(batch)).getFirst();
    }

    private static Network open(String architecture, WeightSource weights, Pooling pooling) throws MergeException {
        ModelConfig config = weights instanceof CheckpointWeights checkpoint ? checkpoint.config() : ModelConfig.NONE;
        return Network.open(Architectures.named(architecture), weights, new NetworkSettings(pooling, 0, config), 2);
    }

    static Path samples(String name) {
        return Path.of("..", "samples", "image-cnn", name);
    }

    private static void write(WeightSource source, Path file) throws Exception {
        TinyCheckpoint checkpoint = new TinyCheckpoint();
        for (Map.Entry<String, Shape> tensor : source.shapes().entrySet()) {
            float[] values = new float[(int) tensor.getValue().elementCount()];
            source.read(tensor.getKey(), FloatBuffer.wrap(values));
            checkpoint.floats(tensor.getKey(), tensor.getValue(), values);
        }
        checkpoint.write(file);
    }

    private static ArrayWeights copy(WeightSource source, String prefix, Predicate<String> keep) throws MergeException {
        ArrayWeights copy = new ArrayWeights("part");
        for (Map.Entry<String, Shape> tensor : source.shapes().entrySet()) {
            if (keep.test(tensor.getKey())) {
                float[] values = new float[(int) tensor.getValue().elementCount()];
                source.read(tensor.getKey(), FloatBuffer.wrap(values));
                copy.put(prefix + tensor.getKey(), tensor.getValue(), values);
            }
        }
        return copy;
    }
}
