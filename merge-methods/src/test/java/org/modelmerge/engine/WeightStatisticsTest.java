package org.modelmerge.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.arithmetic.TaskArithmetic;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.engine.WeightStatistics.Sums;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.TinyCheckpoint;

/// The statistics of a merge against sums in float64.
final class WeightStatisticsTest {
    private static final double RELATIVE_PERCENT = 1e-7;

    @TempDir
    Path temp;

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        double lost = 0;
        for (int j = 0; j < a.length; j++) {
            double next = (double) a[j] * b[j] - lost;
            double grown = sum + next;
            lost = (grown - sum) - next;
            sum = grown;
        }
        return sum;
    }

    private static float[] difference(float[] a, float[] b) {
        float[] difference = new float[a.length];
        for (int j = 0; j < a.length; j++) {
            difference[j] = a[j] - b[j];
        }
        return difference;
    }

    private static void assertNear(double got, double expected) {
        assertThat(got).isCloseTo(expected, withinPercentage(RELATIVE_PERCENT));
    }

    private static void assertAgrees(Sums sums, float[] base, float[][] experts, float[] merged) {
        float[] change = difference(merged, base);
        assertNear(sums.baseSquares(), dot(base, base));
        assertNear(sums.mergedNorm(), Math.sqrt(dot(change, change)));
        assertNear(sums.relativeChange(), Math.sqrt(dot(change, change) / dot(base, base)));
        for (int i = 0; i < experts.length; i++) {
            float[] tau = difference(experts[i], base);
            double norm = Math.sqrt(dot(tau, tau));
            assertNear(sums.norm(i), norm);
            assertThat(sums.cosineToMerged(i))
                    .isCloseTo(dot(tau, change) / norm / Math.sqrt(dot(change, change)), within(1e-9));
            assertThat(sums.cosineToBase(i))
                    .isCloseTo(
                            dot(base, experts[i]) / Math.sqrt(dot(base, base)) / Math.sqrt(dot(experts[i], experts[i])),
                            within(1e-7));
        }
        assertCounts(sums, base, experts, merged);
    }

    private static void assertCounts(Sums sums, float[] base, float[][] experts, float[] merged) {
        int active = 0;
        int agreeing = 0;
        int changed = 0;
        for (int j = 0; j < base.length; j++) {
            boolean positive = false;
            boolean negative = false;
            for (float[] expert : experts) {
                positive |= expert[j] > base[j];
                negative |= expert[j] < base[j];
            }
            active += positive || negative ? 1 : 0;
            agreeing += positive ^ negative ? 1 : 0;
            changed += merged[j] != base[j] ? 1 : 0;
        }
        assertThat(sums.elementCount()).isEqualTo(base.length);
        assertThat(sums.activeCount()).isEqualTo(active);
        assertThat(sums.agreeingCount()).isEqualTo(agreeing);
        assertThat(sums.changedCount()).isEqualTo(changed);
        assertThat(sums.signAgreement()).isEqualTo((double) agreeing / active);
    }

    private static WeightStatistics statistics(TestMerge.Output output) {
        return Objects.requireNonNull(output.result().statistics());
    }

    @Test
    void agreesWithSumsInFloat64() throws MergeException {
        SplittableRandom random = new SplittableRandom(61);
        TestModel base = TestModel.random(random, MergePlanner.LEAF_ELEMENTS + 100, 1000, 3000);
        List<TestModel> experts = List.of(base.fineTuned(random), base.fineTuned(random));
        TestMerge.Output output = new TestMerge(temp, TaskArithmetic.of(0.4f))
                .models(base, experts)
                .limits(2, 4099)
                .run();
        Map<String, TestTensor> merged = output.tensors();
        TestModel written = new TestModel(
                base.tensors().stream().map(tensor -> merged.get(tensor.name())).toList());

        WeightStatistics statistics = statistics(output);

        float[][] theirs = experts.stream().map(TestModel::floats).toArray(float[][]::new);
        assertAgrees(statistics.total(), base.floats(), theirs, written.floats());
        for (int t = 0; t < base.tensors().size(); t++) {
            TestTensor tensor = base.tensors().get(t);
            int index = t;
            Sums sums = statistics.perTensor().stream()
                    .filter(one -> one.name().equals(tensor.name()))
                    .findFirst()
                    .orElseThrow()
                    .sums();
            assertAgrees(
                    sums,
                    tensor.floats(),
                    experts.stream()
                            .map(expert -> expert.tensors().get(index).floats())
                            .toArray(float[][]::new),
                    written.tensors().get(t).floats());
        }
        float[] first = difference(theirs[0], base.floats());
        float[] second = difference(theirs[1], base.floats());
        double cosine = dot(first, second) / Math.sqrt(dot(first, first)) / Math.sqrt(dot(second, second));
        assertThat(statistics.sampled()).isFalse();
        assertThat(statistics.cosines()[0][1]).isCloseTo(cosine, within(1e-9));
        assertThat(statistics.cosines()[1][0]).isEqualTo(statistics.cosines()[0][1]);
        assertThat(statistics.cosines()[0][0]).isEqualTo(1);
        assertThat(statistics.equalsBase()).containsExactly(false, false);
    }

    @Test
    void measuresWhatRoundingTookFromExpertAndOutput() throws MergeException {
        float[] values = {1.001f, 2.003f, -3.007f};
        TestTensor base = TestTensor.of("w", DType.F32, Shape.of(3), values);
        TestTensor expert = base.with(DType.BF16, values);

        TestMerge.Output output = new TestMerge(temp, TaskArithmetic.of(0.5f))
                .models(new TestModel(List.of(base)), List.of(new TestModel(List.of(expert))))
                .dtype(DType.BF16)
                .run();

        Sums sums = statistics(output).total();
        float[] lost = difference(values, expert.floats());
        assertNear(sums.narrowingSquares()[0], dot(lost, lost));
        float[] exact = new float[3];
        for (int j = 0; j < 3; j++) {
            exact[j] = values[j] + 0.5f * (expert.floats()[j] - values[j]);
        }
        float[] rounded = difference(exact, output.tensors().get("w").floats());
        assertNear(sums.roundingSquares(), dot(rounded, rounded));
    }

    @Test
    void hasNoNumberWhereANormIsZero() throws MergeException {
        TinyCheckpoint zero = new TinyCheckpoint().floats("w", Shape.of(2), 0f, 0f);

        WeightStatistics statistics = statistics(new TestMerge(temp, TaskArithmetic.of(1f))
                .base(zero)
                .expert(zero)
                .expert(zero)
                .run());

        assertThat(statistics.equalsBase()).containsExactly(true, true);
        assertThat(statistics.cosines()[0][1]).isNaN();
        assertThat(statistics.cosines()[0][0]).isNaN();
        assertThat(statistics.total().cosineToMerged(0)).isNaN();
        assertThat(statistics.total().cosineToBase(0)).isNaN();
        assertThat(statistics.total().relativeChange()).isNaN();
        assertThat(statistics.total().signAgreement()).isNaN();
    }

    @Test
    void measuresNothingWhenLeftOut() throws MergeException {
        TinyCheckpoint w = new TinyCheckpoint().floats("w", Shape.of(2), 0f, 1f);

        TestMerge.Output output = new TestMerge(temp, TaskArithmetic.of(1f))
                .base(w)
                .expert(w)
                .withoutStatistics()
                .run();

        assertThat(output.result().statistics()).isNull();
        assertThat(output.result().warnings()).isEmpty();
    }

    @Test
    void measuringIsNotForAPlanWithoutStatistics() throws MergeException {
        TinyCheckpoint w = new TinyCheckpoint().floats("w", Shape.of(2), 0f, 1f);
        TestMerge merge =
                new TestMerge(temp, TaskArithmetic.of(1f)).base(w).expert(w).withoutStatistics();

        try (MergeJob job = MergeJob.open(merge.request())) {
            assertThatThrownBy(() -> job.measure(MergeObserver.NONE)).isInstanceOf(IllegalStateException.class);
        }
    }
}
