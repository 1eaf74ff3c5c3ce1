package org.modelmerge.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.arithmetic.TaskArithmetic;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.testing.TinyCheckpoint;

/// The result in memory against the result in a file.
final class MergedTensorsTest {
    @TempDir
    Path temp;

    private final SplittableRandom random = new SplittableRandom(7);
    private final TestModel base = TestModel.random(random, 3000, 1, 0, 300, 41);
    private final List<TestModel> experts =
            List.of(base.fineTuned(random), base.fineTuned(random), base.fineTuned(random));

    private TestMerge merge(MergeMethod method) {
        return new TestMerge(temp, method).models(base, experts);
    }

    private static TestTensor tested(MergedTensor tensor) {
        return new TestTensor(
                tensor.name(), tensor.dtype(), tensor.shape(), tensor.bytes().toArray(ValueLayout.JAVA_BYTE));
    }

    @TestFactory
    Stream<DynamicTest> streamsTheBytesOfTheFileInItsOrder() {
        return Methods.all(base).stream()
                .map(method -> DynamicTest.dynamicTest(method.toString(), () -> {
                    TestMerge merge = merge(method).limits(3, 64);
                    Map<String, TestTensor> file = merge.run().tensors();
                    List<TestTensor> streamed = new ArrayList<>();
                    try (MergeJob job = MergeJob.open(merge.request())) {
                        job.tensors(MergeObserver.NONE).forEach(tensor -> streamed.add(tested(tensor)));
                        assertThat(streamed)
                                .extracting(TestTensor::name)
                                .containsExactlyElementsOf(job.plan().tensors().stream()
                                        .map(MergePlan.PlannedTensor::name)
                                        .toList());
                    }
                    assertThat(streamed).containsExactlyInAnyOrderElementsOf(file.values());
                }));
    }

    @Test
    void computesATensorByItsName() throws MergeException {
        TestMerge merge = merge(TaskArithmetic.of(0.3f)).dtype(DType.BF16);
        Map<String, TestTensor> file = merge.run().tensors();
        try (MergeJob job = MergeJob.open(merge.request())) {
            MergedTensors tensors = job.tensors(MergeObserver.NONE);
            assertThat(tensors.tensors()).hasSameSizeAs(file);
            for (String name : tensors.tensors().keySet()) {
                assertThat(tested(tensors.tensor(name))).isEqualTo(file.get(name));
                assertThat(tensors.tensor(name).floats())
                        .isEqualTo(file.get(name).floats());
            }
        }
    }

    @Test
    void streamsLargeTensorsShardsAndCopiedTensors() throws IOException, MergeException {
        int leaf = 1 << 20;
        float[] many = new float[3 * leaf + 5];
        for (int j = 0; j < many.length; j++) {
            many[j] = (float) random.nextGaussian();
        }
        TinyCheckpoint large = new TinyCheckpoint()
                .floats("a", Shape.of(4), 1, 2, 3, 4)
                .floats("b", Shape.of(many.length), many)
                .floats("c", Shape.of(2), 5, 6)
                .tensor("n", DType.I64, Shape.of(2), new byte[16]);
        float[] other = many.clone();
        other[leaf] = 17;
        TinyCheckpoint expert = new TinyCheckpoint()
                .floats("a", Shape.of(4), 4, 3, 2, 1)
                .floats("b", Shape.of(many.length), other)
                .floats("c", Shape.of(2), 7, 8)
                .tensor("n", DType.I64, Shape.of(2), new byte[16]);
        TestMerge merge =
                new TestMerge(temp, TaskArithmetic.of(0.5f)).base(large).expert(expert);
        Map<String, TestTensor> file = merge.run().tensors();
        for (int threads = 1; threads <= 3; threads++) {
            TestMerge form = threads < 3 ? merge : merge.shards(5L << 20);
            form.limits(threads, 1 << 14);
            Map<String, TestTensor> streamed = new LinkedHashMap<>();
            try (MergeJob job = MergeJob.open(form.request())) {
                MergedTensors tensors = job.tensors(MergeObserver.NONE);
                tensors.forEach(tensor -> streamed.put(tensor.name(), tested(tensor)));
                assertThat(tested(tensors.tensor("b"))).isEqualTo(file.get("b"));
                assertThat(tested(tensors.tensor("n"))).isEqualTo(file.get("n"));
            }
            assertThat(streamed).isEqualTo(file);
        }
    }

    @Test
    void hasNoFloatsOfIntegers() throws IOException, MergeException {
        TinyCheckpoint integers =
                new TinyCheckpoint().floats("a", Shape.of(1), 1).tensor("n", DType.I64, Shape.of(1), new byte[8]);
        TestMerge merge =
                new TestMerge(temp, TaskArithmetic.of(1)).base(integers).expert(integers);
        try (MergeJob job = MergeJob.open(merge.request())) {
            MergedTensors tensors = job.tensors(MergeObserver.NONE);
            assertThatThrownBy(() -> tensors.readFloats("n", FloatBuffer.allocate(1)))
                    .isInstanceOfSatisfying(MergeException.class, e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_DTYPE);
                        assertThat(e.getMessage()).contains("n: ").contains("got I64");
                    });
            assertThatThrownBy(() -> tensors.tensor("m")).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void tellsTheObserverAndStopsWhenItSaysSo() throws MergeException {
        List<String> passes = new ArrayList<>();
        boolean[] stop = {false};
        MergeObserver observer = new MergeObserver() {
            @Override
            public void passStarted(String name, int number, int expected, long bytes) {
                passes.add(number + "/" + expected + " " + name);
            }

            @Override
            public boolean isCancelled() {
                return stop[0];
            }
        };
        try (MergeJob job = MergeJob.open(merge(TaskArithmetic.of(1)).request())) {
            MergedTensors tensors = job.tensors(observer);
            tensors.forEach(_ -> {});
            assertThat(passes).containsExactly("1/1 emit");
            stop[0] = true;
            List<String> seen = new ArrayList<>();
            assertThatThrownBy(() -> tensors.forEach(tensor -> seen.add(tensor.name())))
                    .isInstanceOfSatisfying(
                            MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
            assertThat(seen).isEmpty();
        }
    }

    @Test
    void refusesAnInputThatChangedInBetween() throws IOException, MergeException {
        TestMerge merge = merge(TaskArithmetic.of(1));
        try (MergeJob job = MergeJob.open(merge.request())) {
            MergedTensors tensors = job.tensors(MergeObserver.NONE);
            Path expert = merge.expertPaths().getFirst();
            byte[] bytes = Files.readAllBytes(expert);
            bytes[bytes.length - 1] ^= 1;
            Files.write(expert, bytes);
            Files.setLastModifiedTime(expert, java.nio.file.attribute.FileTime.fromMillis(12345));
            assertThatThrownBy(() -> tensors.forEach(_ -> {}))
                    .isInstanceOfSatisfying(
                            MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CHANGED));
        }
    }
}
