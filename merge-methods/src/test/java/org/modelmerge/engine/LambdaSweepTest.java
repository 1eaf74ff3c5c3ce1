package org.modelmerge.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.arithmetic.TaskArithmetic;
import org.modelmerge.average.Average;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.engine.MergeRequest.Limits;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Coefficients;
import org.modelmerge.method.Density;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.pcb.Degenerate;
import org.modelmerge.pcb.Pcb;
import org.modelmerge.pcb.PcbVariant;
import org.modelmerge.testing.TinyCheckpoint;
import org.modelmerge.ties.MergeFunction;
import org.modelmerge.ties.Ties;
import org.modelmerge.ties.TrimScope;

/// Merges that share directions against merges on their own.
final class LambdaSweepTest {
    private static final long MIB = 1L << 20;

    @TempDir
    Path temp;

    private final SplittableRandom random = new SplittableRandom(11);
    private final TestModel base = TestModel.random(random, 3000, 1, 0, 300, 41);
    private final List<TestModel> experts =
            List.of(base.fineTuned(random), base.fineTuned(random), base.fineTuned(random));

    private TestMerge merge(MergeMethod method) {
        return new TestMerge(temp, method).models(base, experts).limits(3, 64);
    }

    private static List<Coefficients> lists() {
        return List.of(
                Coefficients.perTask(1, 1, 1),
                Coefficients.perTask(0.8f, -1.3f, 0.97f),
                Coefficients.perTask(0, -0f, 1.2f));
    }

    private static List<Coefficients> numbers() {
        return Stream.of(1f, 0.3f, -0.7f, 0f).map(Coefficients::shared).toList();
    }

    /// Methods that differ in lambda alone, in rows.
    private static List<List<? extends MergeMethod>> families() {
        List<List<? extends MergeMethod>> families = new ArrayList<>();
        for (List<Coefficients> lambdas : List.of(numbers(), lists())) {
            families.add(lambdas.stream().map(TaskArithmetic::new).toList());
            for (PcbVariant variant : PcbVariant.values()) {
                families.add(lambdas.stream()
                        .map(lambda -> Methods.pcb(variant, lambda))
                        .toList());
            }
        }
        for (MergeFunction function : MergeFunction.values()) {
            families.add(Stream.of(1f, 2.4f, -0.1f)
                    .map(lambda -> new Ties(Density.percent(20), function, TrimScope.MODEL, lambda))
                    .toList());
        }
        families.add(Stream.of(1f, 0.3f)
                .map(lambda -> new Ties(Density.percent(40), MergeFunction.MEAN, TrimScope.TENSOR, lambda))
                .toList());
        return families;
    }

    private static Map<String, TestTensor> tensors(LambdaSweep sweep, MergeMethod method) throws MergeException {
        Map<String, TestTensor> tensors = new TreeMap<>();
        sweep.tensors(method)
                .forEach(tensor -> tensors.put(
                        tensor.name(),
                        new TestTensor(
                                tensor.name(),
                                tensor.dtype(),
                                tensor.shape(),
                                tensor.bytes().toArray(ValueLayout.JAVA_BYTE))));
        return tensors;
    }

    private static void assertSameBits(TestMerge merge, List<? extends MergeMethod> family, boolean inMemory)
            throws MergeException {
        try (MergeJob job = MergeJob.open(merge.method(family.getFirst()).request())) {
            LambdaSweep sweep = Objects.requireNonNull(job.sweep(MergeObserver.NONE));
            assertThat(sweep.isInMemory()).isEqualTo(inMemory);
            for (MergeMethod method : family) {
                assertThat(sweep.covers(method)).isTrue();
                assertThat(tensors(sweep, method))
                        .isEqualTo(merge.method(method).run().tensors());
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> givesTheBitsOfWholeMerges() {
        return families().stream()
                .map(family -> DynamicTest.dynamicTest(family.toString(), () -> {
                    assertSameBits(merge(family.getFirst()), family, true);
                    assertSameBits(merge(family.getFirst()).dtype(DType.BF16), family, true);
                }));
    }

    @TestFactory
    Stream<DynamicTest> givesTheSameBitsWhereDirectionsDoNotFit() {
        return families().stream()
                .map(family -> DynamicTest.dynamicTest(family.toString(), () -> {
                    TestMerge merge = merge(family.getFirst());
                    long least;
                    try (MergeJob job = MergeJob.open(merge.request())) {
                        least = job.peakMemoryBytes();
                    }
                    assertSameBits(merge.limits(new Limits(3, least + 14_000, 64)), family, false);
                    assertSameBits(merge.limits(new Limits(3, least + 8 * MIB, 64)), family, true);
                }));
    }

    @Test
    void keepsWhatModelsAgreeOnAndWhatIsNotFinite() throws MergeException {
        TestMerge merge = new TestMerge(temp, TaskArithmetic.of(1))
                .base(floats(Float.NaN, -0f, Float.POSITIVE_INFINITY, 1, -0f))
                .expert(floats(Float.NaN, -0f, Float.POSITIVE_INFINITY, 2, 3))
                .expert(floats(Float.NaN, -0f, 5, Float.NEGATIVE_INFINITY, -3))
                .allowNonfinite();
        assertSameBits(merge, List.of(TaskArithmetic.of(1), TaskArithmetic.of(-0.4f)), true);
    }

    private static TinyCheckpoint floats(float... values) {
        return new TinyCheckpoint().floats("w", Shape.of(values.length), values);
    }

    @Test
    void leavesSkippedTasksOut() throws MergeException {
        for (PcbVariant variant : PcbVariant.values()) {
            List<Pcb> family = lists().stream()
                    .map(lambda -> new Pcb(variant, Density.percent(20), lambda, Degenerate.SKIP_TASK))
                    .toList();
            TestMerge merge = new TestMerge(temp, family.getFirst())
                    .models(base, List.of(experts.get(0), base, experts.get(2)))
                    .limits(2, 64);
            assertSameBits(merge, family, true);
        }
    }

    @Test
    void readsTheInputsOnce() throws MergeException {
        List<String> passes = new ArrayList<>();
        long[] bytes = {0};
        MergeObserver observer = new MergeObserver() {
            @Override
            public void passStarted(String name, int number, int expected, long ofPass) {
                passes.add(name);
            }

            @Override
            public void bytesRead(long count) {
                bytes[0] += count;
            }
        };
        try (MergeJob job = MergeJob.open(merge(TaskArithmetic.of(1)).request())) {
            LambdaSweep sweep = Objects.requireNonNull(job.sweep(observer));
            assertThat(passes).containsExactly("directions");
            assertThat(bytes[0]).isEqualTo(MergeBytes.ofMergedTensors(job.plan()));
            for (float lambda : new float[] {0.1f, 0.2f, 0.3f}) {
                sweep.tensors(TaskArithmetic.of(lambda)).forEach(_ -> {});
            }
            assertThat(bytes[0]).isEqualTo(MergeBytes.ofMergedTensors(job.plan()));
        }
    }

    @Test
    void coversOtherLambdasOnly() throws MergeException {
        Pcb pcb = Methods.pcb(PcbVariant.ROOT, Coefficients.perTask(1, 1, 1));
        try (MergeJob job = MergeJob.open(merge(pcb).request())) {
            LambdaSweep sweep = Objects.requireNonNull(job.sweep(MergeObserver.NONE));
            assertThat(sweep.covers(Methods.pcb(PcbVariant.ROOT, Coefficients.perTask(1, 2, 3))))
                    .isTrue();
            assertThat(sweep.covers(Methods.pcb(PcbVariant.ROOT, Coefficients.perTask(1, 2))))
                    .isFalse();
            assertThat(sweep.covers(Methods.pcb(PcbVariant.ROOT, Coefficients.shared(1))))
                    .isFalse();
            assertThat(sweep.covers(Methods.pcb(PcbVariant.NLP, pcb.lambda()))).isFalse();
            assertThat(sweep.covers(new Pcb(pcb.variant(), Density.percent(5), pcb.lambda(), pcb.degenerate())))
                    .isFalse();
            assertThat(sweep.covers(new TaskArithmetic(pcb.lambda()))).isFalse();
            assertThatThrownBy(() -> sweep.tensors(TaskArithmetic.of(1))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void existsForMethodsThatAreLinearInLambda() throws MergeException {
        try (MergeJob job = MergeJob.open(merge(Average.plain()).request())) {
            assertThat(job.sweep(MergeObserver.NONE)).isNull();
        }
    }

    @Test
    void writesFloatsIntoMemoryOfTheCaller() throws MergeException {
        TestMerge merge = merge(TaskArithmetic.of(0.5f));
        Map<String, TestTensor> file = merge.run().tensors();
        try (MergeJob job = MergeJob.open(merge.request())) {
            LambdaSweep sweep = Objects.requireNonNull(job.sweep(MergeObserver.NONE));
            MergedTensors tensors = sweep.tensors(TaskArithmetic.of(0.5f));
            for (TestTensor expected : file.values()) {
                float[] values = expected.floats();
                for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
                    FloatBuffer target = ByteBuffer.allocateDirect((values.length + 3) * Float.BYTES)
                            .order(order)
                            .asFloatBuffer();
                    target.put(7).put(8);
                    tensors.readFloats(expected.name(), target);
                    assertThat(target.position()).isEqualTo(values.length + 2);
                    float[] read = new float[values.length + 3];
                    target.clear().get(read);
                    assertThat(read).startsWith(7, 8).endsWith(0);
                    for (int j = 0; j < values.length; j++) {
                        assertThat(Float.floatToRawIntBits(read[j + 2])).isEqualTo(Float.floatToRawIntBits(values[j]));
                    }
                    assertThatThrownBy(
                                    () -> tensors.readFloats(expected.name(), FloatBuffer.allocate(values.length - 1)))
                            .isInstanceOf(IllegalArgumentException.class);
                }
            }
        }
    }

    @Test
    void refusesWhatDoesNotFitItsDtype() throws MergeException {
        TestMerge merge = new TestMerge(temp, TaskArithmetic.of(1))
                .base(floats(1, 2))
                .expert(floats(60_000, 2))
                .dtype(DType.F16);
        try (MergeJob job = MergeJob.open(merge.request())) {
            LambdaSweep sweep = Objects.requireNonNull(job.sweep(MergeObserver.NONE));
            assertThat(tensors(sweep, TaskArithmetic.of(1))).hasSize(1);
            assertThatThrownBy(() -> tensors(sweep, TaskArithmetic.of(2)))
                    .isInstanceOfSatisfying(MergeException.class, e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.OVERFLOW);
                        assertThat(e.getMessage()).contains("w: element 0").contains("does not fit F16");
                    });
            assertThat(tensors(sweep, TaskArithmetic.of(0.5f))).hasSize(1);
        }
    }

    @Test
    void refusesAnInputThatChangedInBetween() throws Exception {
        TestMerge merge = merge(TaskArithmetic.of(1));
        try (MergeJob job = MergeJob.open(merge.request())) {
            LambdaSweep sweep = Objects.requireNonNull(job.sweep(MergeObserver.NONE));
            Path expert = merge.expertPaths().getFirst();
            Files.setLastModifiedTime(expert, FileTime.fromMillis(12345));
            assertThatThrownBy(() -> tensors(sweep, TaskArithmetic.of(2)))
                    .isInstanceOfSatisfying(
                            MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CHANGED));
        }
    }
}
