package org.modelmerge.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.network.NetworkAnswers.RunOptions;
import org.modelmerge.routing.FeatureRule;
import org.modelmerge.routing.Router;
import org.modelmerge.routing.RouterCard;
import org.modelmerge.routing.RouterSettings;
import org.modelmerge.routing.RouterShape;
import org.modelmerge.routing.StoredRouter;
import org.modelmerge.routing.TwinFixture;
import org.modelmerge.task.Pooling;
import org.modelmerge.twin.TwinFolder;

/// Dynamic inference against dense models that are composed in double, one for each item.
final class TwinNetworkTest {
    /// Two float32 sums of some hundred terms in another order, through all layers of a network.
    private static final double TOLERANCE = 2e-5;

    /// Shares of items, in turns: a mixture, one expert alone, none, and numbers that are no shares.
    private static final float[][] SHARES = {
        {0.2f, 0.5f, 0.3f}, {1, 0, 0}, {0, 0, 0}, {0.9f, 0.05f, 0.05f}, {-0.5f, 1.5f, 0.25f}
    };

    private static final RunOptions OPTIONS = new RunOptions(2, 32);

    @TempDir
    private Path temp;

    @ParameterizedTest
    @CsvSource({
        "tiny-bert,bert,true,false",
        "tiny-bert,bert,false,false",
        "tiny-bert,bert,true,true",
        "image-cnn,image-cnn,true,false",
        "image-cnn,image-cnn,false,false",
        "image-cnn,image-cnn,true,true",
        "tiny-clip,clip-vit,true,false",
        "tiny-clip,clip-vit,false,true",
        "tiny-resnet,resnet-cifar,true,false",
        "tiny-resnet,resnet-cifar,false,false"
    })
    void mixingExpertsForEachItemEqualsComposingAModelForEachItem(
            String name, String architecture, boolean factored, boolean oracleBiases) throws Exception {
        Fixture fixture = Fixture.of(name);
        TwinFixture twin = new TwinFixture(factored, oracleBiases);
        Batch batch = batch(name, fixture);
        try (CheckpointWeights weights = weights(fixture, name)) {
            NetworkSettings settings = new NetworkSettings(null, 0, weights.config());
            Blueprint blueprint =
                    Architectures.named(architecture).blueprint(new TensorShapes(weights.shapes()), settings);
            twin.write(temp.resolve("twin"), weights, blueprint.tensors());
            try (TwinFolder folder = TwinFolder.open(temp.resolve("twin"));
                    TwinNetwork network =
                            TwinNetwork.open(folder, Architectures.named(architecture), settings, null, OPTIONS)) {
                float[][] expected = new float[batch.count()][];
                for (int i = 0; i < expected.length; i++) {
                    expected[i] = plain(twin.composed(SHARES[i % SHARES.length], 1), architecture, settings, batch)[i];
                }

                float[][] mixed = network.mixed(batch, shares(batch), 1);
                float[][] composed =
                        network.composed(List.of(batch), SHARES[0], 1).getFirst();

                assertThat(Fixture.difference(mixed, expected)).isLessThan(TOLERANCE);
                assertThat(Fixture.difference(new float[][] {composed[0]}, new float[][] {expected[0]}))
                        .isLessThan(TOLERANCE);
                // The experts say something: the shared expert alone is far from the mixtures.
                assertThat(Fixture.difference(
                                network.shared().features(List.of(batch)).getFirst(), expected))
                        .isGreaterThan(100 * TOLERANCE);
            }
        }
    }

    @Test
    void theSharedExpertAloneIsTheMixtureOfNothing() throws Exception {
        try (TwinFolder folder = bert(true, false);
                TwinNetwork network = open(folder)) {
            Batch batch = batch("tiny-bert", Fixture.of("tiny-bert"));

            float[][] mixed = network.mixed(batch, new float[batch.count()][3], TwinNetwork.UNKNOWN);

            assertThat(Fixture.difference(
                            mixed, network.shared().features(List.of(batch)).getFirst()))
                    .isLessThan(3e-6);
        }
    }

    @Test
    void routesEachItemByTheFeaturesOfTheSharedExpert() throws Exception {
        try (TwinFolder folder = bert(true, false);
                TwinNetwork network = open(folder)) {
            Batch batch = batch("tiny-bert", Fixture.of("tiny-bert"));
            StoredRouter router = router(network, 32);

            TwinNetwork.Routed routed =
                    network.routed(List.of(batch), router, TwinNetwork.UNKNOWN).getFirst();

            float[][] features = network.routerFeatures(List.of(batch)).getFirst();
            for (int i = 0; i < batch.count(); i++) {
                assertThat(routed.shares()[i]).containsExactly(router.router().weights(features[i]));
            }
            assertThat(routed.features()).isDeepEqualTo(network.mixed(batch, routed.shares(), TwinNetwork.UNKNOWN));
            assertThat(routed.shares()[0]).isNotEqualTo(routed.shares()[1]);
        }
    }

    /// Whatever the heads read, the router reads the mean of all tokens.
    @Test
    void theRouterReadsTheMeanOfTheTokensEvenIfHeadsReadTheFirst() throws Exception {
        Batch batch = batch("tiny-bert", Fixture.of("tiny-bert"));
        try (TwinFolder folder = bert(true, false);
                TwinNetwork mean = open(folder);
                TwinNetwork first = TwinNetwork.open(
                        folder,
                        Architectures.named("bert"),
                        new NetworkSettings(
                                Pooling.CLS,
                                0,
                                Fixture.of("tiny-bert").weights().config()),
                        null,
                        OPTIONS)) {
            assertThat(first.routerFeatures(List.of(batch)).getFirst())
                    .isDeepEqualTo(mean.shared().features(List.of(batch)).getFirst());
        }
    }

    @Test
    void aGroupIsServedByTheMeanOfItsShares() throws Exception {
        try (TwinFolder folder = bert(true, false);
                TwinNetwork network = open(folder)) {
            Batch batch = batch("tiny-bert", Fixture.of("tiny-bert"));
            StoredRouter router = router(network, 32);

            TwinNetwork.Routed one = network.grouped(List.of(batch), router, 1, 2, TwinNetwork.UNKNOWN)
                    .getFirst();
            TwinNetwork.Routed alone = network.grouped(List.of(batch), router, 0, 2, TwinNetwork.UNKNOWN)
                    .getFirst();

            assertThat(List.of(one.shares()))
                    .allSatisfy(shares -> assertThat(shares).containsExactly(one.shares()[0]));
            assertThat(Fixture.difference(
                            one.features(),
                            network.composed(List.of(batch), one.shares()[0], TwinNetwork.UNKNOWN)
                                    .getFirst()))
                    .isLessThan(TOLERANCE);
            TwinNetwork.Routed exact =
                    network.routed(List.of(batch), router, TwinNetwork.UNKNOWN).getFirst();
            assertThat(alone.shares()).isDeepEqualTo(exact.shares());
            assertThat(Fixture.difference(alone.features(), exact.features())).isLessThan(TOLERANCE);
        }
    }

    @Test
    void refusesToRouteBiasesOfATrueTaskThatNobodyKnows() throws Exception {
        try (TwinFolder folder = bert(true, true);
                TwinNetwork network = open(folder)) {
            Batch batch = batch("tiny-bert", Fixture.of("tiny-bert"));

            assertThatThrownBy(() -> network.mixed(batch, shares(batch), TwinNetwork.UNKNOWN))
                    .isInstanceOfSatisfying(MergeException.class, fault -> {
                        assertThat(fault.code()).isEqualTo(ErrorCode.MISMATCH);
                        assertThat(fault).hasMessageContaining("biases of this Twin folder are the true task's");
                    });
        }
    }

    @Test
    void refusesARouterOfOtherFeatures() throws Exception {
        try (TwinFolder folder = bert(true, false);
                TwinNetwork network = open(folder)) {
            Batch batch = batch("tiny-bert", Fixture.of("tiny-bert"));

            assertThatThrownBy(() -> network.routed(List.of(batch), router(network, 31), TwinNetwork.UNKNOWN))
                    .isInstanceOfSatisfying(MergeException.class, fault -> {
                        assertThat(fault.code()).isEqualTo(ErrorCode.MISMATCH);
                        assertThat(fault)
                                .hasMessage("the router reads other features (got 31, mean-of-tokens; expected 32,"
                                        + " mean-of-tokens)");
                    });
        }
    }

    private TwinFolder bert(boolean factored, boolean oracleBiases) throws Exception {
        try (CheckpointWeights weights = Fixture.of("tiny-bert").weights()) {
            Blueprint blueprint = Architectures.named("bert")
                    .blueprint(new TensorShapes(weights.shapes()), new NetworkSettings(null, 0, weights.config()));
            new TwinFixture(factored, oracleBiases).write(temp.resolve("bert"), weights, blueprint.tensors());
        }
        return TwinFolder.open(temp.resolve("bert"));
    }

    private static TwinNetwork open(TwinFolder folder) throws Exception {
        try (CheckpointWeights weights = Fixture.of("tiny-bert").weights()) {
            return TwinNetwork.open(
                    folder, Architectures.named("bert"), new NetworkSettings(null, 0, weights.config()), null, OPTIONS);
        }
    }

    private static StoredRouter router(TwinNetwork network, int featureCount) throws MergeException {
        return router(network.tasks(), RouterShape.of(featureCount, 3));
    }

    /// A router of random weights.
    static StoredRouter router(List<String> tasks, RouterShape shape) throws MergeException {
        Random random = new Random(3);
        Map<String, float[]> tensors = new HashMap<>();
        shape.tensors().forEach((name, size) -> {
            float[] values = new float[(int) size.elementCount()];
            for (int i = 0; i < values.length; i++) {
                values[i] = name.endsWith("running_var") ? 1 : (float) random.nextGaussian() / 4;
            }
            tensors.put(name, values);
        });
        return new StoredRouter(
                Router.of(shape, tensors),
                new RouterCard(
                        "bert",
                        FeatureRule.MEAN_OF_TOKENS,
                        tasks,
                        "0".repeat(64),
                        RouterSettings.DEFAULT,
                        List.of(),
                        List.of(),
                        1,
                        1));
    }

    private static float[][] shares(Batch batch) {
        List<float[]> shares = new ArrayList<>();
        for (int i = 0; i < batch.count(); i++) {
            shares.add(SHARES[i % SHARES.length]);
        }
        return shares.toArray(float[][]::new);
    }

    private static float[][] plain(WeightSource weights, String architecture, NetworkSettings settings, Batch batch)
            throws MergeException {
        try (Network network = Network.open(Architectures.named(architecture), weights, settings, 1)) {
            return network.features(List.of(batch)).getFirst();
        }
    }

    private static Batch batch(String name, Fixture fixture) throws MergeException {
        return name.equals("tiny-bert") ? new Batch.Tokens(fixture.numbers("ids")) : new Batch.Images(Fixture.images());
    }

    private static CheckpointWeights weights(Fixture fixture, String name) throws MergeException {
        return name.equals("image-cnn")
                ? CheckpointWeights.open(NetworkTest.samples("base.safetensors"), null)
                : fixture.weights();
    }
}
