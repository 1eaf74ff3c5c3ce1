package org.modelmerge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.adamerging.AdaMerging;
import org.modelmerge.adamerging.CoefficientTable;
import org.modelmerge.adamerging.Granularity;
import org.modelmerge.arithmetic.TaskArithmetic;
import org.modelmerge.average.Average;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Coefficients;
import org.modelmerge.method.Density;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.pcb.Degenerate;
import org.modelmerge.pcb.Pcb;
import org.modelmerge.pcb.PcbVariant;
import org.modelmerge.testing.Property;
import org.modelmerge.ties.MergeFunction;
import org.modelmerge.ties.Ties;
import org.modelmerge.ties.TrimScope;

/// What holds for any models.
final class MergePropertyTest {
    @TempDir
    Path temp;

    private static TestModel randomBase(SplittableRandom random) {
        int[] sizes = new int[1 + random.nextInt(8)];
        for (int t = 0; t < sizes.length; t++) {
            sizes[t] = random.nextInt(4) == 0 ? random.nextInt(3) : 50 + random.nextInt(400);
        }
        sizes[0] = 64;
        return TestModel.random(random, sizes);
    }

    private static List<TestModel> tuned(TestModel base, SplittableRandom random) {
        return List.of(base.fineTuned(random), base.fineTuned(random), base.fineTuned(random));
    }

    /// PCB has no statistics for experts that equal the base.
    private static boolean isOnTaskVectors(MergeMethod method) {
        return !(method instanceof Average) && !(method instanceof Pcb);
    }

    @Test
    void expertsEqualToTheBaseGiveItsBits() {
        Property.forAll("experts equal to the base", 4, seed -> {
            TestModel base = randomBase(new SplittableRandom(seed));
            TestMerge merge = new TestMerge(temp, Average.plain()).models(base, List.of(base, base, base));
            for (MergeMethod method : Methods.all(base)) {
                if (isOnTaskVectors(method)) {
                    Map<String, TestTensor> got = merge.method(method).run().tensors();
                    assertThat(got.values()).as("%s", method).containsAll(base.tensors());
                }
            }
        });
    }

    @Test
    void elementsOnWhichAllAgreeKeepTheirBits() {
        Property.forAll("agreement", 4, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            TestModel base = randomBase(random);
            List<TestModel> experts = tuned(base, random);
            TestMerge merge = new TestMerge(temp, Average.plain()).models(base, experts);
            float[] before = base.floats();
            float[][] theirs = experts.stream().map(TestModel::floats).toArray(float[][]::new);
            for (MergeMethod method : Methods.all(base)) {
                if (method instanceof Average) {
                    continue;
                }
                Map<String, TestTensor> got = merge.method(method).run().tensors();
                float[] after = new TestModel(base.tensors().stream()
                                .map(t -> got.get(t.name()))
                                .toList())
                        .floats();
                for (int j = 0; j < before.length; j++) {
                    int bits = Float.floatToRawIntBits(before[j]);
                    boolean agree = true;
                    for (float[] expert : theirs) {
                        agree &= Float.floatToRawIntBits(expert[j]) == bits;
                    }
                    if (agree) {
                        assertThat(Float.floatToRawIntBits(after[j]))
                                .as("%s [%d]", method, j)
                                .isEqualTo(bits);
                    }
                }
            }
        });
    }

    @Test
    void keepsABaseOfNegativeZeros() throws MergeException {
        TestTensor zeros = TestTensor.of("w", DType.F32, Shape.of(4), -0f, -0f, -0f, -0f);
        TestTensor half = TestTensor.of("h", DType.F16, Shape.of(2), -0f, -0f);
        TestModel base = new TestModel(List.of(zeros, half));
        TestMerge merge = new TestMerge(temp, Average.plain()).models(base, List.of(base, base, base));
        for (MergeMethod method : Methods.all(base)) {
            if (isOnTaskVectors(method)) {
                assertThat(merge.method(method).run().tensors().values())
                        .as("%s", method)
                        .containsExactlyInAnyOrder(zeros, half);
            }
        }
    }

    @Test
    void neitherSlicesNorThreadsNorShardsChangeAByteOfTheOutput() {
        Property.forAll("limits and bytes", 4, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            TestModel base = randomBase(random);
            List<TestModel> experts = tuned(base, random);
            for (MergeMethod method : Methods.all(base)) {
                TestMerge merge = new TestMerge(temp, method).models(base, experts);
                byte[] expected = Files.readAllBytes(merge.run().file());
                for (int k = 0; k < 2; k++) {
                    merge.limits(1 + random.nextInt(5), 1 + random.nextInt(300));
                    assertThat(Files.readAllBytes(merge.run().file()))
                            .as("%s %s", method, merge.request().limits())
                            .isEqualTo(expected);
                }
            }
        });
    }

    @Test
    void measuresTheSameStatisticsWhateverTheLimits() {
        Property.forAll("limits and statistics", 4, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            TestModel base = randomBase(random);
            TestMerge merge = new TestMerge(temp, TaskArithmetic.of(0.5f)).models(base, tuned(base, random));
            String expected = text(merge.run().result().statistics());
            for (int k = 0; k < 4; k++) {
                merge.limits(1 + random.nextInt(5), 1 + random.nextInt(300));
                assertThat(text(merge.run().result().statistics())).isEqualTo(expected);
            }
        });
    }

    private static String text(WeightStatistics statistics) {
        StringBuilder text = new StringBuilder(Arrays.deepToString(statistics.cosines()));
        List<WeightStatistics.Sums> all = new ArrayList<>(List.of(statistics.total()));
        statistics.perTensor().forEach(tensor -> all.add(tensor.sums()));
        for (WeightStatistics.Sums s : all) {
            text.append('\n').append(s.elementCount()).append(' ').append(s.activeCount());
            text.append(' ').append(s.agreeingCount()).append(' ').append(s.changedCount());
            text.append(' ').append(s.baseSquares()).append(' ').append(s.mergedSquares());
            text.append(' ').append(s.roundingSquares());
            for (double[] perTask : List.of(s.tauSquares(), s.tauDotMerged(), s.tauDotBase(), s.narrowingSquares())) {
                text.append(' ').append(Arrays.toString(perTask));
            }
        }
        return text.toString();
    }

    /// Sums of two numbers commute; only what belongs to a task follows it.
    @Test
    void theOrderOfTwoTasksDoesNotMatter() {
        Property.forAll("order of two tasks", 4, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            TestModel base = randomBase(random);
            TestModel first = base.fineTuned(random);
            TestModel second = base.fineTuned(random);
            Density fifth = Density.percent(20);
            for (MergeMethod method : List.of(
                    Average.plain(),
                    TaskArithmetic.of(0.3f),
                    new Ties(fifth, MergeFunction.MEAN, TrimScope.MODEL, 1f),
                    new Ties(fifth, MergeFunction.MAX, TrimScope.TENSOR, 1f),
                    Methods.pcb(PcbVariant.ROOT, Coefficients.shared(1f)),
                    Methods.pcb(PcbVariant.VISION_ES, Coefficients.shared(1f)))) {
                Map<String, TestTensor> forth = new TestMerge(temp, method)
                        .models(base, List.of(first, second))
                        .run()
                        .tensors();
                Map<String, TestTensor> back = new TestMerge(temp, method)
                        .models(base, List.of(second, first))
                        .run()
                        .tensors();
                assertThat(back).as("%s", method).isEqualTo(forth);
            }
        });
    }

    @Test
    void aListOfCoefficientsFollowsTheOrderOfTheTasks() {
        Property.forAll("order of coefficients", 4, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            TestModel base = randomBase(random);
            TestModel first = base.fineTuned(random);
            TestModel second = base.fineTuned(random);
            Map<String, TestTensor> forth = new TestMerge(
                            temp, Methods.pcb(PcbVariant.NLP, Coefficients.perTask(0.5f, 2f)))
                    .models(base, List.of(first, second))
                    .run()
                    .tensors();
            Map<String, TestTensor> back = new TestMerge(
                            temp, Methods.pcb(PcbVariant.NLP, Coefficients.perTask(2f, 0.5f)))
                    .models(base, List.of(second, first))
                    .run()
                    .tensors();
            Map<String, TestTensor> other = new TestMerge(
                            temp, Methods.pcb(PcbVariant.NLP, Coefficients.perTask(0.5f, 2f)))
                    .models(base, List.of(second, first))
                    .run()
                    .tensors();
            assertThat(back).isEqualTo(forth);
            assertThat(other).isNotEqualTo(forth);
        });
    }

    /// A task that PCB cannot balance: every element moved by the same amount.
    private static TestModel shifted(TestModel base) {
        float[] values = base.floats();
        for (int j = 0; j < values.length; j++) {
            values[j] += 2f;
        }
        return base.withFloats(values);
    }

    /// A base whose elements are small multiples of 1/64, so that adding 2 is exact in every dtype.
    private static TestModel coarse(TestModel model) {
        float[] values = model.floats();
        for (int j = 0; j < values.length; j++) {
            values[j] = Math.round(values[j] * 64) % 16 / 64f;
            values[j] = values[j] == 0 ? -0f : values[j];
        }
        return model.withFloats(values);
    }

    @Test
    void skippingATaskEqualsMergingWithoutItsExpert() {
        Property.forAll("skip-task", 4, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            TestModel base = coarse(randomBase(random));
            TestModel first = base.fineTuned(random);
            TestModel second = base.fineTuned(random);
            for (PcbVariant variant : PcbVariant.values()) {
                Coefficients three = Coefficients.perTask(0.5f, 9f, 2f);
                Coefficients two = Coefficients.perTask(0.5f, 2f);
                MergeMethod skipping = new Pcb(variant, Density.percent(10), three, Degenerate.SKIP_TASK);
                TestMerge.Output skipped = new TestMerge(temp, skipping)
                        .models(base, List.of(first, shifted(base), second))
                        .run();
                Map<String, TestTensor> without = new TestMerge(temp, Methods.pcb(variant, two))
                        .models(base, List.of(first, second))
                        .run()
                        .tensors();
                assertThat(skipped.tensors()).as("%s", variant).isEqualTo(without);
                assertThat(skipped.result().warnings())
                        .anyMatch(w -> w.contains("expert-1") && w.contains("clamped magnitudes"));
            }
        });
    }

    @Test
    void adaMergingPlusPlusWithLambdaOneOfOneTaskIsTies() {
        Property.forAll("AdaMerging++ of one task", 4, seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            TestModel base = randomBase(random);
            List<TestModel> one = List.of(base.fineTuned(random));
            Density fifth = Density.percent(20);
            MergeMethod ties = new Ties(fifth, MergeFunction.MEAN, TrimScope.MODEL, 1f);
            MergeMethod plusPlus = new AdaMerging(
                    new CoefficientTable(Granularity.TASK, List.of(), Map.of("*", List.of(1f)), true), fifth);
            assertThat(new TestMerge(temp, plusPlus).models(base, one).run().tensors())
                    .isEqualTo(new TestMerge(temp, ties).models(base, one).run().tensors());
        });
    }
}
