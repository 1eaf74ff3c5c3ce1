package org.modelmerge.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.MergeException;
import org.modelmerge.network.NetworkAnswers.RunOptions;
import org.modelmerge.routing.RouterShape;
import org.modelmerge.routing.StoredRouter;
import org.modelmerge.routing.TwinFixture;
import org.modelmerge.twin.TwinFolder;

/// What routing costs: six experts of rank 38 on an encoder of the size of MiniLM, random weights, texts of 8 to 32
/// tokens in batches of 32, two threads.
@Tag("long")
final class TwinSpeedTest {
    private static final int BATCHES = 16;
    private static final int ROUNDS = 5;
    private static final int D = 384;
    private static final int WORDS = 1000;

    @TempDir
    private Path temp;

    @Test
    void routingIsFarFasterThanComposingAndNotFarFromAPlainModel(TestReporter reporter) throws Exception {
        ArrayWeights weights = encoder();
        new TwinFixture(List.of("a", "b", "c", "d", "e", "f"), new int[] {38, 38, 38, 38, 38, 38}, true, false)
                .write(temp, weights, weights.shapes());
        List<Batch> batches = batches();
        try (TwinFolder folder = TwinFolder.open(temp);
                TwinNetwork network = TwinNetwork.open(
                        folder,
                        Architectures.named("bert"),
                        new NetworkSettings(null, 0, ModelConfig.NONE),
                        null,
                        new RunOptions(2, 32))) {
            StoredRouter router = TwinNetworkTest.router(
                    network.tasks(), RouterShape.of(D, network.tasks().size()));

            double plain = itemsPerSecond(batches, () -> network.shared().features(batches));
            double routed = itemsPerSecond(batches, () -> network.routed(batches, router, TwinNetwork.UNKNOWN));
            List<Batch> few = singles(batches);
            float[][] shares =
                    network.shares(few, router).stream().map(one -> one[0]).toArray(float[][]::new);
            double composed = itemsPerSecond(few, () -> {
                for (int i = 0; i < shares.length; i++) {
                    network.composed(List.of(few.get(i)), shares[i], TwinNetwork.UNKNOWN);
                }
            });

            reporter.publishEntry(String.format(
                    Locale.ROOT,
                    "items per second: plain %.1f, routed %.1f (%.2f of plain), composed %.2f (routed is %.1f times)",
                    plain,
                    routed,
                    routed / plain,
                    composed,
                    routed / composed));
            assertThat(routed / plain).isGreaterThan(0.25);
            assertThat(routed / composed).isGreaterThan(5);
        }
    }

    /// Work that is measured.
    @FunctionalInterface
    private interface Work {
        void run() throws MergeException;
    }

    /// The median of some rounds after one that warms up.
    private static double itemsPerSecond(List<Batch> batches, Work work) throws MergeException {
        work.run();
        double[] seconds = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            work.run();
            seconds[round] = (System.nanoTime() - start) / 1e9;
        }
        Arrays.sort(seconds);
        return batches.stream().mapToInt(Batch::count).sum() / seconds[ROUNDS / 2];
    }

    /// The first text of each batch, alone.
    private static List<Batch> singles(List<Batch> batches) {
        return batches.stream()
                .<Batch>map(batch -> Batch.of(List.of(new Batch.Item(batch, 0))))
                .toList();
    }

    private static List<Batch> batches() {
        Random random = new Random(1);
        Batch[] batches = new Batch[BATCHES];
        for (int b = 0; b < BATCHES; b++) {
            long[][] tokens = new long[32][];
            for (int i = 0; i < tokens.length; i++) {
                // Sorted by length, as an evaluation has them: texts of a batch are of like length.
                int length = 8 + 24 * b / BATCHES;
                tokens[i] = random.longs(length, 0, WORDS).toArray();
            }
            batches[b] = new Batch.Tokens(tokens);
        }
        return List.of(batches);
    }

    /// MiniLM's encoder: six layers, width 384, inner width 1536.
    private static ArrayWeights encoder() {
        ArrayWeights weights = new ArrayWeights("random");
        Random random = new Random(2);
        add(weights, random, "embeddings.word_embeddings.weight", WORDS, D);
        add(weights, random, "embeddings.position_embeddings.weight", 64, D);
        add(weights, random, "embeddings.token_type_embeddings.weight", 2, D);
        addNorm(weights, random, "embeddings.LayerNorm");
        for (int layer = 0; layer < 6; layer++) {
            String name = "encoder.layer." + layer + ".";
            for (String projection : List.of("self.query", "self.key", "self.value", "output.dense")) {
                add(weights, random, name + "attention." + projection + ".weight", D, D);
                add(weights, random, name + "attention." + projection + ".bias", D);
            }
            addNorm(weights, random, name + "attention.output.LayerNorm");
            add(weights, random, name + "intermediate.dense.weight", 4 * D, D);
            add(weights, random, name + "intermediate.dense.bias", 4 * D);
            add(weights, random, name + "output.dense.weight", D, 4 * D);
            add(weights, random, name + "output.dense.bias", D);
            addNorm(weights, random, name + "output.LayerNorm");
        }
        return weights;
    }

    private static void addNorm(ArrayWeights weights, Random random, String name) {
        add(weights, random, name + ".weight", D);
        add(weights, random, name + ".bias", D);
    }

    private static void add(ArrayWeights weights, Random random, String name, long... sizes) {
        Shape shape = Shape.of(sizes);
        float[] values = new float[(int) shape.elementCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.05f * (float) random.nextGaussian() + (name.endsWith("LayerNorm.weight") ? 1 : 0);
        }
        weights.put(name, shape, values);
    }
}
