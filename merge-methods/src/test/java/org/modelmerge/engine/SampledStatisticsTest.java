package org.modelmerge.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.modelmerge.arithmetic.TaskArithmetic;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.engine.WeightStatistics.Sums;
import org.modelmerge.error.MergeException;

/// Statistics from a sample against sums over the elements that belong to it, one tensor of two leaves and one that is
/// too short for a sample.
final class SampledStatisticsTest {
    private static final Sampling SAMPLING = new Sampling(4);
    private static final int LONG = MergePlanner.LEAF_ELEMENTS + 20_557;
    private static final int SHORT = 1001;

    @TempDir
    Path temp;

    private static TestTensor random(String name, DType dtype, int size) {
        SplittableRandom random = new SplittableRandom(size);
        float[] values = new float[size];
        for (int j = 0; j < size; j++) {
            values[j] = (float) random.nextGaussian();
        }
        return TestTensor.of(name, dtype, Shape.of(size), values);
    }

    private static WeightStatistics measured(TestMerge merge, int threads, int slice) throws MergeException {
        try (MergeJob job = MergeJob.open(merge.limits(threads, slice).request())) {
            return Objects.requireNonNull(
                    job.measure(MergeObserver.NONE, SAMPLING).statistics());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16"})
    void eachSampledBlockStandsForItsShare(DType dtype) throws MergeException {
        SplittableRandom random = new SplittableRandom(7);
        TestModel base = new TestModel(List.of(random("a", dtype, LONG), random("b", dtype, SHORT)));
        List<TestModel> experts = List.of(base.fineTuned(random), base.fineTuned(random));
        TestMerge merge = new TestMerge(temp, TaskArithmetic.of(0.4f)).models(base, experts);

        WeightStatistics statistics = measured(merge, 2, 1 << 16);

        double tauSquares = 0;
        long elements = 0;
        float[][] values = {
            base.tensors().getFirst().floats(),
            experts.getFirst().tensors().getFirst().floats()
        };
        for (int leaf = 0; leaf < 2; leaf++) {
            int start = leaf * MergePlanner.LEAF_ELEMENTS;
            int count = leaf == 0 ? MergePlanner.LEAF_ELEMENTS : LONG - start;
            double[] sums = new double[2];
            SAMPLING.forEachPart(leaf, 0, count, (from, to) -> {
                for (int j = start + from; j < start + to; j++) {
                    double first = values[1][j] - values[0][j];
                    sums[0] += first * first;
                }
                sums[1] += to - from;
            });
            tauSquares += sums[0] * count / sums[1];
            elements += (long) sums[1];
        }
        Sums sampled = statistics.perTensor().getFirst().sums();
        assertThat(sampled.elementCount()).isEqualTo(LONG);
        assertThat(sampled.tauSquares()[0]).isCloseTo(tauSquares, withinPercentage(1e-7));
        assertThat(statistics.sampled()).isTrue();
        assertThat(statistics.measuredElements()).isEqualTo(elements + SHORT);
        assertThat(statistics.equalsBase()).containsExactly(false, false);

        WeightStatistics all;
        try (MergeJob job = MergeJob.open(merge.request())) {
            all = Objects.requireNonNull(job.measure(MergeObserver.NONE).statistics());
        }
        assertThat(all.sampled()).isFalse();
        assertThat(statistics.perTensor().get(1).sums().tauSquares())
                .as("the short tensor is measured whole")
                .isEqualTo(all.perTensor().get(1).sums().tauSquares());
        assertThat(statistics.total().norm(0)).isCloseTo(all.total().norm(0), withinPercentage(3));
        assertThat(statistics.total().norm(0)).isNotEqualTo(all.total().norm(0));
        assertThat(statistics.cosines()[0][1]).isCloseTo(all.cosines()[0][1], within(0.02));
        assertThat((double) statistics.total().changedCount())
                .isCloseTo((double) all.total().changedCount(), withinPercentage(3));
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16"})
    void doesNotDependOnThreadsOrSlices(DType dtype) throws MergeException {
        SplittableRandom random = new SplittableRandom(8);
        TestModel base = new TestModel(List.of(random("a", dtype, LONG), random("b", dtype, SHORT)));
        TestMerge merge = new TestMerge(temp, TaskArithmetic.of(0.4f))
                .models(base, List.of(base.fineTuned(random), base.fineTuned(random)));
        Sums expected = measured(merge, 1, 1 << 16).total();
        for (int slice : new int[] {7, 1000, 4099}) {
            Sums sums = measured(merge, 3, slice).total();
            assertThat(sums).usingRecursiveComparison().isEqualTo(expected);
        }
    }

    @Test
    void knowsOfOneElementThatDiffersOutsideOfTheSample() throws MergeException {
        TestTensor base = random("a", DType.F32, LONG);
        float[] values = base.floats();
        int[] outside = {0};
        SAMPLING.forEachPart(0, 0, MergePlanner.LEAF_ELEMENTS, (from, to) -> {
            if (outside[0] == from) {
                outside[0] = to;
            }
        });
        values[outside[0]] += 1;
        TestModel model = new TestModel(List.of(base));
        TestModel expert = new TestModel(List.of(base.with(DType.F32, values)));
        TestMerge merge = new TestMerge(temp, TaskArithmetic.of(0.4f)).models(model, List.of(expert, model));

        try (MergeJob job = MergeJob.open(merge.request())) {
            MergeResult result = job.measure(MergeObserver.NONE, SAMPLING);

            WeightStatistics statistics = Objects.requireNonNull(result.statistics());
            assertThat(statistics.total().norm(0)).isZero();
            assertThat(statistics.equalsBase()).containsExactly(false, true);
            assertThat(result.warnings()).singleElement().asString().contains("equals the base on all merged tensors");
        }
    }
}
