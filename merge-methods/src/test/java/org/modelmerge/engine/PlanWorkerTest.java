package org.modelmerge.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.modelmerge.adamerging.AdaMerging;
import org.modelmerge.arithmetic.TaskArithmetic;
import org.modelmerge.catalog.MethodCatalog;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.ShardSink;
import org.modelmerge.engine.MergeRequest.Limits;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Coefficients;
import org.modelmerge.method.Density;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.pcb.PcbVariant;
import org.modelmerge.testing.ChildJvm;
import org.modelmerge.ties.MergeFunction;
import org.modelmerge.ties.Ties;
import org.modelmerge.ties.TrimScope;

/// Several processes that know a plan file only write what one process writes.
final class PlanWorkerTest {
    private static final int LEAF = MergePlanner.LEAF_ELEMENTS;
    private static final int WORKERS = 2;

    @TempDir
    Path temp;

    private TestMerge merge(MergeMethod method, int... sizes) {
        SplittableRandom random = new SplittableRandom(31);
        TestModel base = TestModel.random(random, sizes);
        return new TestMerge(temp, method)
                .models(base, List.of(base.fineTuned(random), base.fineTuned(random), base.fineTuned(random)));
    }

    static List<MergeMethod> severalPasses() {
        return List.of(
                new Ties(Density.percent(20), MergeFunction.MEAN, TrimScope.MODEL, 1f),
                new Ties(Density.percent(20), MergeFunction.SUM, TrimScope.TENSOR, 0.3f),
                Methods.pcb(PcbVariant.ROOT, Coefficients.shared(1.4f)));
    }

    @ParameterizedTest
    @MethodSource("severalPasses")
    void twoProcessesWriteTheBytesOfOne(MergeMethod method) throws Exception {
        TestMerge merge = merge(method, LEAF + 1, 5, 300_000, 0, 1);
        String expected = merge.run().result().sha256().get(TestMerge.OUTPUT);
        MergePlan plan = merge.plan();
        Path planFile = Files.writeString(temp.resolve("plan.json"), MergePlanJson.write(plan));
        Path folder = Files.createTempDirectory(temp, "shared");

        try (PlanWorker coordinator = PlanWorker.open(plan, method, LocalStorage.INSTANCE, Limits.DEFAULT)) {
            assertThat(coordinator.emitUnitCount()).isGreaterThanOrEqualTo(WORKERS);
            coordinator.createOutputs(LocalStorage.INSTANCE, folder);
            List<Process> processes = new ArrayList<>();
            try {
                for (int number = 0; number < WORKERS; number++) {
                    processes.add(new ChildJvm()
                            .start(PlanWorkerMain.class, planFile, folder, number, WORKERS, 10_000 + 55_536 * number));
                }
                int passes = coordinate(coordinator, folder, processes);
                assertThat(passes)
                        .isEqualTo(method.passes().stream()
                                        .filter(pass -> !pass.conditional())
                                        .count()
                                - 1);
                for (Process process : processes) {
                    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                    assertThat(process.waitFor()).as(output).isZero();
                }
            } finally {
                processes.forEach(Process::destroyForcibly);
            }
        }

        byte[] written = Files.readAllBytes(folder.resolve(TestMerge.OUTPUT));
        assertThat(Hashes.of(written)).isEqualTo(expected);
    }

    /// Merges the states of all workers, pass after pass.
    private static int coordinate(PlanWorker coordinator, Path folder, List<Process> processes) throws Exception {
        List<byte[]> finished = new ArrayList<>();
        while (coordinator.unitCount(finished) > 0) {
            int pass = finished.size();
            List<byte[]> parts = new ArrayList<>();
            for (int number = 0; number < WORKERS; number++) {
                Path part = folder.resolve(PlanWorkerMain.part(pass, number));
                while (!Files.exists(part)) {
                    Process process = processes.get(number);
                    if (!process.isAlive() && process.exitValue() != 0) {
                        throw new AssertionError(
                                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
                    }
                    Thread.sleep(5);
                }
                parts.add(Files.readAllBytes(part));
            }
            finished.add(coordinator.mergeStates(finished, parts));
            PlanWorkerMain.publish(folder, PlanWorkerMain.state(pass), finished.get(pass));
        }
        return finished.size();
    }

    @Test
    void everyMethodIsReplayedFromThePlanAloneInAnyPartition() throws Exception {
        SplittableRandom random = new SplittableRandom(32);
        TestModel base = TestModel.random(random, 5000, 3, 1, 0, 70_000, 900);
        List<TestModel> experts = List.of(base.fineTuned(random), base.fineTuned(random), base.fineTuned(random));
        for (MergeMethod method : Methods.all(base)) {
            TestMerge merge = new TestMerge(temp, method).models(base, experts).shards(40_000);
            TestMerge.Output whole = merge.run();
            MergePlan plan = MergePlanJson.parse(MergePlanJson.write(merge.plan()));
            Path folder = Files.createTempDirectory(temp, "parts");
            MergeMethod rebuilt = MethodCatalog.create(plan.method(), plan.parameters());
            try (PlanWorker worker = PlanWorker.open(plan, rebuilt, LocalStorage.INSTANCE, new Limits(2, 0, 777))) {
                workInRandomParts(worker, plan, folder, random);
            }
            for (MergePlan.OutputFile file : plan.outputs()) {
                assertThat(Hashes.of(Files.readAllBytes(folder.resolve(file.name()))))
                        .as("%s: %s", method, file.name())
                        .isEqualTo(whole.result().sha256().get(file.name()));
            }
        }
    }

    private static void workInRandomParts(PlanWorker worker, MergePlan plan, Path folder, SplittableRandom random)
            throws Exception {
        List<byte[]> finished = new ArrayList<>();
        for (int units = worker.unitCount(finished); units > 0; units = worker.unitCount(finished)) {
            List<byte[]> parts = new ArrayList<>();
            for (BitSet part : randomParts(units, random)) {
                parts.add(worker.reduce(finished, part));
            }
            byte[] forth = worker.mergeStates(finished, parts);
            byte[] back = worker.mergeStates(finished, parts.reversed());
            byte[] nested = worker.mergeStates(
                    finished,
                    List.of(
                            worker.mergeStates(finished, parts.subList(0, 1)),
                            worker.mergeStates(finished, parts.subList(1, parts.size()))));
            assertThat(back).isEqualTo(forth);
            assertThat(nested).isEqualTo(forth);
            finished.add(forth);
        }
        worker.createOutputs(LocalStorage.INSTANCE, folder);
        for (BitSet part : randomParts(worker.emitUnitCount(), random).reversed()) {
            List<ShardSink> sinks = new ArrayList<>();
            for (MergePlan.OutputFile file : plan.outputs()) {
                sinks.add(new ExistingFileSink(folder.resolve(file.name())));
            }
            worker.emit(finished, part, sinks);
            sinks.forEach(ShardSink::close);
        }
    }

    private static List<BitSet> randomParts(int units, SplittableRandom random) {
        List<BitSet> parts = List.of(new BitSet(), new BitSet(), new BitSet());
        for (int unit = 0; unit < units; unit++) {
            parts.get(random.nextInt(parts.size())).set(unit);
        }
        return parts;
    }

    @Test
    void refusesInputsThatAreNotThoseOfThePlan() throws Exception {
        TestMerge merge = merge(TaskArithmetic.of(0.3f), 100);
        MergePlan plan = merge.plan();
        TestModel other = TestModel.random(new SplittableRandom(1), 101);
        other.checkpoint().write(merge.expertPaths().get(1));

        assertThatThrownBy(() -> PlanWorker.open(plan, TaskArithmetic.of(0.3f), LocalStorage.INSTANCE, Limits.DEFAULT))
                .isInstanceOfSatisfying(MergeException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.CHANGED);
                    assertThat(e.file()).isEqualTo(merge.expertPaths().get(1).toString());
                });
    }

    @Test
    void refusesAPlanWhoseInputNoPathCanName() throws Exception {
        MergePlan plan = merge(TaskArithmetic.of(0.3f), 100).plan();
        String text = MergePlanJson.write(plan).replace("base.safetensors\",\"size", "\\u0000\",\"size");
        MergePlan broken = MergePlanJson.parse(text);

        assertThatThrownBy(
                        () -> PlanWorker.open(broken, TaskArithmetic.of(0.3f), LocalStorage.INSTANCE, Limits.DEFAULT))
                .isInstanceOfSatisfying(
                        MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED));
    }

    @Test
    void refusesAStateThatIsCutShort() throws Exception {
        MergeMethod method = new Ties(Density.percent(20), MergeFunction.MEAN, TrimScope.MODEL, 1f);
        MergePlan plan = merge(method, 100).plan();
        try (PlanWorker worker = PlanWorker.open(plan, method, LocalStorage.INSTANCE, Limits.DEFAULT)) {
            BitSet all = new BitSet();
            all.set(0, worker.unitCount(List.of()));
            byte[] state = worker.reduce(List.of(), all);
            byte[] cut = Arrays.copyOf(state, state.length - 1);

            assertThatThrownBy(() -> worker.unitCount(List.of(cut)))
                    .isInstanceOfSatisfying(
                            MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED));
        }
    }

    @Test
    void aPlanKeepsTheRowsThatCoefficientsWereResolvedTo() throws Exception {
        SplittableRandom random = new SplittableRandom(33);
        TestModel base = TestModel.random(random, 10, 20);
        List<TestModel> experts = List.of(base.fineTuned(random), base.fineTuned(random), base.fineTuned(random));
        AdaMerging method = new AdaMerging(Methods.layerWise(base), null);
        MergePlan plan = new TestMerge(temp, method).models(base, experts).plan();

        AdaMerging rebuilt = (AdaMerging) MethodCatalog.create(plan.method(), plan.parameters());

        assertThat(rebuilt.coefficients().rows())
                .isEqualTo(method.coefficients().rows());
        assertThat(rebuilt.coefficients().tasks()).containsExactly("expert-0", "expert-1", "expert-2");
    }
}
