package org.modelmerge.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.modelmerge.error.MergeException;

/// The forward passes are differentiable in their weights, since coefficients are learned through them.
final class GradientTest {
    private static final float STEP = 2e-3f;

    /// Along its own direction, the slope of a function is the length of its gradient.
    @ParameterizedTest
    @CsvSource({"tiny-bert,bert", "tiny-clip,clip-vit", "tiny-resnet,resnet-cifar", "image-cnn,image-cnn"})
    void theGradientIsTheSlope(String name, String architecture) throws Exception {
        Fixture fixture = Fixture.of(name);
        try (CheckpointWeights source = weights(fixture, name);
                NDManager manager = TorchEngine.newManager()) {
            Blueprint blueprint = Architectures.named(architecture)
                    .blueprint(new TensorShapes(source.shapes()), new NetworkSettings(null, 0, source.config()));
            Batch batch = blueprint.vocabularySize() > 0
                    ? new Batch.Tokens(fixture.numbers("ids"))
                    : new Batch.Images(Fixture.images());
            Map<String, float[]> weights = read(blueprint, source);

            Map<String, float[]> gradient = gradient(manager, blueprint, batch, weights);

            double length = Math.sqrt(gradient.values().stream()
                    .mapToDouble(GradientTest::squares)
                    .sum());
            double above = loss(manager, blueprint, batch, moved(weights, gradient, STEP / length));
            double below = loss(manager, blueprint, batch, moved(weights, gradient, -STEP / length));
            assertThat((above - below) / (2 * STEP)).isCloseTo(length, within(0.02 * length));
            // A bias of keys shifts all scores of a softmax alike, and statistics are not learned.
            assertThat(gradient).allSatisfy((tensor, values) -> assertThat(
                            squares(values) > 0 || tensor.matches(".*(key|k_proj)[.]bias"))
                    .as(tensor)
                    .isTrue());
        }
    }

    private static CheckpointWeights weights(Fixture fixture, String name) throws MergeException {
        return name.equals("image-cnn")
                ? CheckpointWeights.open(NetworkTest.samples("base.safetensors"), null)
                : fixture.weights();
    }

    private static Map<String, float[]> read(Blueprint blueprint, WeightSource source) throws MergeException {
        Map<String, float[]> weights = new LinkedHashMap<>();
        for (Map.Entry<String, org.modelmerge.checkpoint.Shape> tensor :
                blueprint.tensors().entrySet()) {
            float[] values = new float[(int) tensor.getValue().elementCount()];
            source.read(tensor.getKey(), FloatBuffer.wrap(values));
            weights.put(tensor.getKey(), values);
        }
        return weights;
    }

    private static Map<String, float[]> gradient(
            NDManager manager, Blueprint blueprint, Batch batch, Map<String, float[]> weights) throws MergeException {
        Map<String, NDArray> leaves = arrays(manager, blueprint, weights);
        leaves.forEach((name, leaf) -> leaf.setRequiresGradient(!name.contains("running_")));
        Map<String, float[]> gradient = new LinkedHashMap<>();
        try (BatchMemory memory = new BatchMemory(manager)) {
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                collector.backward(loss(memory, blueprint, batch, leaves));
            }
            leaves.forEach((name, leaf) -> {
                if (leaf.hasGradient()) {
                    gradient.put(name, leaf.getGradient().toFloatArray());
                }
            });
        }
        return gradient;
    }

    private static double loss(NDManager manager, Blueprint blueprint, Batch batch, Map<String, float[]> weights)
            throws MergeException {
        Map<String, NDArray> arrays = arrays(manager, blueprint, weights);
        try (BatchMemory memory = new BatchMemory(manager)) {
            return loss(memory, blueprint, batch, arrays).getFloat();
        }
    }

    /// A fixed mixture of all features.
    private static NDArray loss(BatchMemory memory, Blueprint blueprint, Batch batch, Map<String, NDArray> weights)
            throws MergeException {
        NDArray features = blueprint.features(memory, weights::get, batch);
        Random random = new Random(0);
        NDArray mixture = memory.floats(features.getShape(), buffer -> {
            while (buffer.hasRemaining()) {
                buffer.putFloat((float) random.nextGaussian());
            }
        });
        return features.mul(mixture).sum();
    }

    private static Map<String, NDArray> arrays(NDManager manager, Blueprint blueprint, Map<String, float[]> weights) {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        weights.forEach((name, values) -> arrays.put(
                name,
                manager.create(values, new Shape(blueprint.tensors().get(name).sizes()))));
        return arrays;
    }

    private static Map<String, float[]> moved(
            Map<String, float[]> weights, Map<String, float[]> direction, double step) {
        Map<String, float[]> moved = new LinkedHashMap<>();
        weights.forEach((name, values) -> {
            float[] copy = values.clone();
            float[] towards = direction.get(name);
            for (int j = 0; towards != null && j < copy.length; j++) {
                copy[j] += (float) (step * towards[j]);
            }
            moved.put(name, copy);
        });
        return moved;
    }

    private static double squares(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return sum;
    }
}
