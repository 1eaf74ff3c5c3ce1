package org.modelmerge.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.routing.RouterExamples;
import org.modelmerge.routing.RouterSettings;
import org.modelmerge.routing.TrainedRouter;

final class RouterTrainerTest {
    private static final int D = 8;
    private static final RouterSettings SETTINGS = new RouterSettings(12, 64, 5e-3, 7);

    @Test
    void learnsWhichTaskAnInputIsOf() throws Exception {
        TrainedRouter trained = RouterTrainer.train(3, examples(1, 100), examples(2, 50), SETTINGS, (_, _) -> {});

        assertThat(trained.accuracy()).isGreaterThan(0.95);
        RouterExamples unseen = examples(3, 50);
        int right = 0;
        for (int i = 0; i < unseen.count(); i++) {
            float[] weights = trained.router().weights(unseen.features()[i]);
            right += weights[unseen.tasks()[i]] > 0.5 ? 1 : 0;
        }
        assertThat(right).isGreaterThan(140);
    }

    @Test
    void givesTheSameBitsForTheSameSeedAndOthersForAnother() throws Exception {
        float[] features = examples(3, 1).features()[0];

        float[] first = train(SETTINGS).router().logits(features);
        float[] again = train(SETTINGS).router().logits(features);
        float[] other = train(new RouterSettings(12, 64, 5e-3, 8)).router().logits(features);

        assertThat(again).containsExactly(first);
        assertThat(other).isNotEqualTo(first);
    }

    private static TrainedRouter train(RouterSettings settings) throws MergeException {
        return RouterTrainer.train(3, examples(1, 43), examples(2, 20), settings, (_, _) -> {});
    }

    /// The trained graph and the plain arithmetic of the stored router are the same function, running statistics
    /// included: both count the same right answers.
    @Test
    void theRouterIsTheBestEpochOfTheCurve() throws Exception {
        List<TrainedRouter.Epoch> heard = new ArrayList<>();
        RouterExamples validation = noisy(2, 60);

        TrainedRouter trained =
                RouterTrainer.train(3, noisy(1, 60), validation, SETTINGS, (_, epoch) -> heard.add(epoch));

        assertThat(heard).isEqualTo(trained.curve()).hasSize(12);
        TrainedRouter.Epoch best = heard.get(trained.bestEpoch() - 1);
        assertThat(heard).noneMatch(epoch -> epoch.isBetterThan(best));
        assertThat(trained.accuracy()).isEqualTo(best.accuracy()).isBetween(0.4, 0.99);
        int right = 0;
        for (int i = 0; i < validation.count(); i++) {
            right += largest(trained.router().logits(validation.features()[i]))
                            == validation.tasks()[i]
                    ? 1
                    : 0;
        }
        assertThat((double) right / validation.count()).isEqualTo(best.accuracy());
    }

    @Test
    void theLossesFallFromThatOfAGuess() throws Exception {
        List<TrainedRouter.Epoch> curve =
                train(new RouterSettings(60, 64, 5e-3, 7)).curve();

        assertThat(curve.getFirst().trainLoss()).isBetween(0.5 * Math.log(3), 2 * Math.log(3));
        assertThat(curve.getLast().trainLoss()).isLessThan(0.75 * Math.log(3));
        assertThat(curve.getLast().loss()).isLessThan(0.1 * Math.log(3));
    }

    /// 65 examples in batches of 64 would leave one alone.
    @Test
    void aLastExampleAloneJoinsTheBatchBefore() throws Exception {
        RouterExamples all = examples(1, 22);
        RouterExamples sixtyFive =
                new RouterExamples(Arrays.copyOf(all.features(), 65), Arrays.copyOf(all.tasks(), 65));

        TrainedRouter trained = RouterTrainer.train(3, sixtyFive, examples(2, 5), SETTINGS, (_, _) -> {});

        assertThat(trained.curve()).hasSize(12).allMatch(epoch -> Double.isFinite(epoch.trainLoss()));
    }

    @Test
    void refusesFewerThanTwoExamples() {
        RouterExamples one = new RouterExamples(new float[][] {new float[D]}, new int[1]);

        assertThatThrownBy(() -> RouterTrainer.train(1, one, one, SETTINGS, (_, _) -> {}))
                .isInstanceOfSatisfying(MergeException.class, fault -> {
                    assertThat(fault.code()).isEqualTo(ErrorCode.DEGENERATE);
                    assertThat(fault).hasMessageContaining("got 1 to train on and 1 to choose by");
                });
    }

    @Test
    void refusesFeaturesThatAreNotFinite() {
        RouterExamples broken = examples(1, 2);
        broken.features()[3][1] = Float.POSITIVE_INFINITY;

        assertThatThrownBy(() -> RouterTrainer.train(3, broken, examples(2, 2), SETTINGS, (_, _) -> {}))
                .isInstanceOfSatisfying(MergeException.class, fault -> {
                    assertThat(fault.code()).isEqualTo(ErrorCode.NON_FINITE);
                    assertThat(fault).hasMessageContaining("got Infinity for example 3");
                });
    }

    private static int largest(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    /// Three clouds well apart.
    private static RouterExamples examples(long seed, int perTask) {
        return clouds(seed, perTask, 0.5f);
    }

    /// Three clouds that overlap.
    private static RouterExamples noisy(long seed, int perTask) {
        return clouds(seed, perTask, 2f);
    }

    private static RouterExamples clouds(long seed, int perTask, float deviation) {
        Random random = new Random(seed);
        List<float[][]> tasks = new ArrayList<>();
        for (int task = 0; task < 3; task++) {
            float[][] cloud = new float[perTask][D];
            for (float[] point : cloud) {
                for (int j = 0; j < D; j++) {
                    point[j] = (j % 3 == task ? 2 : 0) + deviation * (float) random.nextGaussian();
                }
            }
            tasks.add(cloud);
        }
        return RouterExamples.of(tasks);
    }
}
