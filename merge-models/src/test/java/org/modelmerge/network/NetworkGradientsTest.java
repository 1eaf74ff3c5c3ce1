package org.modelmerge.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.modelmerge.adamerging.LearningSettings;
import org.modelmerge.error.MergeException;
import org.modelmerge.network.ChunkGraph.PartLoss;
import org.modelmerge.network.NetworkGradients.TaskSamples;

/// The gradient of coefficients by the chain rule, against the official form, which builds the merge inside the graph,
/// and against central differences; the last two in float64.
final class NetworkGradientsTest {
    private static final int TASKS = 2;
    private static final double[] LAMBDA = {0.3, 0.45};
    private static final double STEP = 1e-5;

    /// Weights in memory, task vectors, one batch.
    private record Setup(
            Blueprint blueprint, Map<String, float[]> base, List<Map<String, float[]>> tau, Head head, Batch batch) {
        Shape shape(String tensor) {
            return new Shape(blueprint.tensors().get(tensor).sizes());
        }
    }

    @ParameterizedTest
    @CsvSource({"tiny-bert,bert", "tiny-clip,clip-vit", "tiny-resnet,resnet-cifar", "image-cnn,image-cnn"})
    void theChainRuleGivesTheGradientOfTheOfficialForm(String name, String architecture) throws Exception {
        Fixture fixture = Fixture.of(name);
        try (CheckpointWeights source = name.equals("image-cnn")
                        ? CheckpointWeights.open(NetworkTest.samples("base.safetensors"), null)
                        : fixture.weights();
                NDManager manager = TorchEngine.newManager()) {
            Setup setup = withUnsureHead(manager, setup(fixture, source, architecture));

            double[] chainRule = chainRule(manager, setup, source);
            double[] inGraph = inGraph(manager, setup);

            for (int i = 0; i < TASKS; i++) {
                double[] above = LAMBDA.clone();
                double[] below = LAMBDA.clone();
                above[i] += STEP;
                below[i] -= STEP;
                double slope = (loss(manager, setup, above) - loss(manager, setup, below)) / (2 * STEP);
                // ReLU and pooling have corners, so a difference may straddle one.
                assertThat(inGraph[i]).as("differences").isCloseTo(slope, within(1e-5 * Math.abs(slope) + 1e-8));
                assertThat(chainRule[i]).as("chain rule").isCloseTo(inGraph[i], within(2e-4 * norm(inGraph)));
            }
        }
    }

    private static double norm(double[] values) {
        return Math.hypot(values[0], values[1]);
    }

    private static Setup setup(Fixture fixture, WeightSource source, String architecture) throws Exception {
        NetworkSettings settings = source instanceof CheckpointWeights weights
                ? new NetworkSettings(null, 0, weights.config())
                : NetworkSettings.DEFAULT;
        Blueprint blueprint = Architectures.named(architecture).blueprint(new TensorShapes(source.shapes()), settings);
        Random random = new Random(7);
        Map<String, float[]> base = new LinkedHashMap<>();
        List<Map<String, float[]>> tau = List.of(new LinkedHashMap<>(), new LinkedHashMap<>());
        for (String tensor : blueprint.tensors().keySet()) {
            float[] values = new float[(int) blueprint.tensors().get(tensor).elementCount()];
            source.read(tensor, FloatBuffer.wrap(values));
            base.put(tensor, values);
            for (Map<String, float[]> of : tau) {
                float[] moved = new float[values.length];
                for (int j = 0; blueprint.isDifferentiable(tensor) && j < moved.length; j++) {
                    moved[j] = (float) random.nextGaussian() * 0.05f;
                }
                of.put(tensor, moved);
            }
        }
        float[][] weight = new float[5][blueprint.featureCount()];
        for (float[] row : weight) {
            for (int j = 0; j < row.length; j++) {
                row[j] = (float) random.nextGaussian();
            }
        }
        Batch batch = blueprint.vocabularySize() > 0
                ? new Batch.Tokens(fixture.numbers("ids"))
                : new Batch.Images(Fixture.images());
        return new Setup(blueprint, base, tau, new Head(weight, new float[5]), batch);
    }

    /// A head whose answers are neither sure nor all alike, whatever the features' size.
    private static Setup withUnsureHead(NDManager manager, Setup setup) throws MergeException {
        float[][] weight = setup.head().weight();
        try (BatchMemory memory = new BatchMemory(manager, DataType.FLOAT64);
                NDManager leaves = manager.newSubManager()) {
            double largest = features(memory, leaves, setup, leaves.create(LAMBDA))
                    .abs()
                    .max()
                    .getDouble();
            for (float[] row : weight) {
                for (int j = 0; j < row.length; j++) {
                    row[j] = (float) (row[j] / largest);
                }
            }
        }
        return setup;
    }

    /// In float32, as it is learned with: leaves, then dot products in float64.
    private static double[] chainRule(NDManager manager, Setup setup, WeightSource source) throws Exception {
        try (Arena arena = Arena.ofConfined();
                Weights none = new Weights(manager, Map.of())) {
            Map<String, MemorySegment> weights = new LinkedHashMap<>();
            for (String tensor : setup.base().keySet()) {
                float[] merged = setup.base().get(tensor).clone();
                for (int j = 0; j < merged.length; j++) {
                    for (int i = 0; i < TASKS; i++) {
                        merged[j] += (float) LAMBDA[i] * setup.tau().get(i).get(tensor)[j];
                    }
                }
                MemorySegment segment = arena.allocate((long) merged.length * Float.BYTES, Weights.ALIGNMENT);
                MemorySegment.copy(merged, 0, segment, ValueLayout.JAVA_FLOAT, 0, merged.length);
                weights.put(tensor, segment);
            }
            double[] gradient = new double[TASKS];
            ChunkGraph graph = new ChunkGraph(manager, setup.blueprint(), weights, none, source.shapes());
            float[] each = new float[setup.batch().count()];
            java.util.Arrays.fill(each, 1f / each.length);
            List<PartLoss> _ = graph.backward(
                    setup.batch(),
                    List.of(new Chunk.Part(0, setup.head(), each)),
                    (_, leaves) -> leaves.forEach((tensor, leaf) -> {
                        float[] slope = leaf.getGradient().toFloatArray();
                        for (int i = 0; i < TASKS; i++) {
                            for (int j = 0; j < slope.length; j++) {
                                gradient[i] +=
                                        (double) slope[j] * setup.tau().get(i).get(tensor)[j];
                            }
                        }
                    }));
            return gradient;
        }
    }

    /// In float64, with the coefficients as the leaves.
    private static double[] inGraph(NDManager manager, Setup setup) throws MergeException {
        JniUtils.setGradMode(true);
        try (BatchMemory memory = new BatchMemory(manager, DataType.FLOAT64);
                NDManager leaves = manager.newSubManager()) {
            NDArray lambda = leaves.create(LAMBDA);
            lambda.setRequiresGradient(true);
            NDArray loss = loss(memory, leaves, setup, lambda);
            JniUtils.backward((PtNDArray) loss, (PtNDArray) memory.constant(1), false, false);
            return lambda.getGradient().toDoubleArray();
        } finally {
            JniUtils.setGradMode(false);
        }
    }

    private static double loss(NDManager manager, Setup setup, double[] lambda) throws MergeException {
        try (BatchMemory memory = new BatchMemory(manager, DataType.FLOAT64);
                NDManager leaves = manager.newSubManager()) {
            return loss(memory, leaves, setup, leaves.create(lambda)).getDouble();
        }
    }

    private static NDArray loss(BatchMemory memory, NDManager leaves, Setup setup, NDArray lambda)
            throws MergeException {
        NDArray features = features(memory, leaves, setup, lambda);
        NDArray entropies = EntropyLoss.entropies(EntropyLoss.logits(memory, features, setup.head()));
        return entropies.sum().mul(memory.constant(1f / setup.batch().count()));
    }

    private static NDArray features(BatchMemory memory, NDManager leaves, Setup setup, NDArray lambda)
            throws MergeException {
        Map<String, NDArray> merged = new LinkedHashMap<>();
        for (String tensor : setup.base().keySet()) {
            NDArray theta = doubles(leaves, setup.base().get(tensor), setup.shape(tensor));
            for (int i = 0; i < TASKS; i++) {
                theta = theta.add(doubles(leaves, setup.tau().get(i).get(tensor), setup.shape(tensor))
                        .mul(lambda.get(i)));
            }
            // What is no weight is not differentiable, and has no task vector here.
            merged.put(tensor, setup.blueprint().isDifferentiable(tensor) ? theta : theta.stopGradient());
        }
        return setup.blueprint().features(memory, merged::get, setup.batch());
    }

    private static NDArray doubles(NDManager manager, float[] values, Shape shape) {
        return manager.create(values, shape).toType(DataType.FLOAT64, true);
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3"})
    void drawsEverySampleOnceAStepAndOthersTheNext(int batches) {
        UnlabelledSamples samples = new UnlabelledSamples.Texts(java.util.stream.IntStream.range(0, 100)
                .mapToObj(k -> new long[1 + k % 7])
                .toList());
        LearningSettings settings = new LearningSettings(
                LearningSettings.OFFICIAL.granularity(), null, true, 9, 1e-3, 0.3, 16, batches, 0, 5);
        List<TaskSamples> tasks = List.of(new TaskSamples(samples, null), new TaskSamples(samples, null));

        List<List<Integer>> first = drawn(Chunk.ofStep(tasks, settings, 0));

        assertThat(first.getFirst()).hasSize(16 * batches).doesNotHaveDuplicates();
        assertThat(first.getLast()).hasSize(16 * batches).isNotEqualTo(first.getFirst());
        assertThat(drawn(Chunk.ofStep(tasks, settings, 0))).isEqualTo(first);
        assertThat(drawn(Chunk.ofStep(tasks, settings, 1))).isNotEqualTo(first);
    }

    private static List<List<Integer>> drawn(List<Chunk> chunks) {
        List<List<Integer>> all = List.of(new java.util.ArrayList<>(), new java.util.ArrayList<>());
        double[] weight = new double[2];
        for (Chunk chunk : chunks) {
            for (Chunk.Rows rows : chunk.rows()) {
                all.get(rows.part().task()).addAll(rows.samples());
                for (float of : rows.part().weights()) {
                    weight[rows.part().task()] += of;
                }
            }
        }
        assertThat(weight[0]).as("one for each batch").isCloseTo(all.getFirst().size() / 16.0, within(1e-6));
        return all;
    }
}
