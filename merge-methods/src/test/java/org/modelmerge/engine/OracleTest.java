package org.modelmerge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.adamerging.AdaMerging;
import org.modelmerge.arithmetic.TaskArithmetic;
import org.modelmerge.average.Average;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Coefficients;
import org.modelmerge.method.Density;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.pcb.PcbVariant;
import org.modelmerge.ties.MergeFunction;
import org.modelmerge.ties.Ties;
import org.modelmerge.ties.TrimScope;

/// The engine against whole arrays in memory, bit for bit.
final class OracleTest {
    private static final int[] SMALL = {9000, 1, 0, 3, 70_001, 0, 1, 130, 4099, 1000, 1, 2};
    private static final int LEAF = MergePlanner.LEAF_ELEMENTS;

    @TempDir
    Path temp;

    private static List<TestModel> experts(TestModel base, SplittableRandom random) {
        return List.of(base.fineTuned(random), base.fineTuned(random), base.fineTuned(random));
    }

    private static void assertSame(Map<String, TestTensor> got, TestModel expected, String what) {
        assertThat(got).as(what).hasSize(expected.tensors().size());
        for (TestTensor tensor : expected.tensors()) {
            assertThat(got.get(tensor.name())).as(what + ", " + tensor).isEqualTo(tensor);
        }
    }

    private static void assertAgrees(TestMerge merge, WholeArrays whole, TestModel base, MergeMethod method)
            throws MergeException {
        TestModel expected = base.withFloats(whole.merge(method));
        assertSame(
                merge.method(method).run().tensors(),
                expected,
                method + " " + merge.request().limits());
    }

    @Test
    void agreesForEveryMethodThreadCountAndSliceSize() throws MergeException {
        SplittableRandom random = new SplittableRandom(11);
        TestModel base = TestModel.random(random, SMALL);
        List<TestModel> experts = experts(base, random);
        WholeArrays whole = WholeArrays.of(base, experts);
        TestMerge merge = new TestMerge(temp, Average.plain()).models(base, experts);
        for (MergeMethod method : Methods.all(base)) {
            TestModel expected = base.withFloats(whole.merge(method));
            for (int threads : new int[] {1, 2, 7}) {
                for (int slice : new int[] {1000, 4099, 65536}) {
                    Map<String, TestTensor> got =
                            merge.method(method).limits(threads, slice).run().tensors();
                    assertSame(got, expected, method + ", " + threads + " threads, slices of " + slice);
                }
            }
        }
    }

    @Test
    void agreesForTensorsOfSeveralLeaves() throws MergeException {
        SplittableRandom random = new SplittableRandom(12);
        TestModel base = TestModel.random(random, 2_500_000, 5, LEAF + 1, 1, 0, 17, LEAF, 300);
        List<TestModel> experts = experts(base, random);
        WholeArrays whole = WholeArrays.of(base, experts);
        TestMerge merge = new TestMerge(temp, Average.plain()).models(base, experts);
        assertThat(LeafGrid.of(merge.plan()).mergedLeafCount()).isEqualTo(3 + 1 + 2 + 1 + 0 + 1 + 1 + 1);

        assertAgrees(merge.limits(7, 4099), whole, base, new Average(List.of(0.2f, 3f, -0.5f)));
        assertAgrees(merge.limits(1, 65536), whole, base, TaskArithmetic.of(0.3f));
        assertAgrees(
                merge.limits(2, 65536),
                whole,
                base,
                new Ties(Density.percent(20), MergeFunction.MEAN, TrimScope.MODEL, 1f));
        assertAgrees(
                merge.limits(2, 1000),
                whole,
                base,
                new Ties(Density.percent(20), MergeFunction.MAX, TrimScope.TENSOR, 1f));
        assertAgrees(merge.limits(7, 65536), whole, base, new AdaMerging(Methods.layerWise(base), Density.percent(20)));
    }

    @Test
    void agreesForPcbOfTensorsOfSeveralLeaves() throws MergeException {
        SplittableRandom random = new SplittableRandom(13);
        TestModel base = TestModel.random(random, 5, LEAF + 1, 1, 300);
        List<TestModel> experts = experts(base, random).subList(0, 2);
        WholeArrays whole = WholeArrays.of(base, experts);
        TestMerge merge = new TestMerge(temp, Average.plain()).models(base, experts);

        assertAgrees(merge.limits(7, 4099), whole, base, Methods.pcb(PcbVariant.ROOT, Coefficients.shared(1.4f)));
        assertAgrees(merge.limits(2, 65536), whole, base, Methods.pcb(PcbVariant.VISION_ES, Coefficients.shared(1.2f)));
    }

    @Test
    void agreesForManyTinyTensors() throws MergeException {
        SplittableRandom random = new SplittableRandom(14);
        int[] sizes = new int[5000];
        for (int t = 0; t < sizes.length; t++) {
            sizes[t] = random.nextInt(4);
        }
        TestModel base = TestModel.random(random, sizes);
        List<TestModel> experts = experts(base, random);
        WholeArrays whole = WholeArrays.of(base, experts);
        TestMerge merge = new TestMerge(temp, Average.plain()).models(base, experts);
        assertThat(LeafGrid.of(merge.plan()).units()).hasSizeGreaterThan(0);

        for (MergeMethod method : List.of(
                TaskArithmetic.of(0.3f),
                new Ties(Density.percent(20), MergeFunction.MEAN, TrimScope.TENSOR, 1f),
                Methods.pcb(PcbVariant.NLP, Coefficients.shared(1f)))) {
            assertAgrees(merge.limits(7, 1000), whole, base, method);
        }
    }

    @Test
    void givesTheSameDataForShardedInputsAndAnyOrderOfTensors() throws Exception {
        SplittableRandom random = new SplittableRandom(15);
        TestModel base = TestModel.random(random, SMALL);
        List<TestModel> experts = experts(base, random);
        List<Integer> order = new ArrayList<>();
        for (int t = 0; t < SMALL.length; t++) {
            order.add(t);
        }
        List<Integer> reversed = order.reversed();
        List<Integer> shuffled = new ArrayList<>(order);
        Collections.shuffle(shuffled, new Random(3));
        for (MergeMethod method : Methods.all(base)) {
            TestModel expected = base.withFloats(WholeArrays.of(base, experts).merge(method));
            for (List<Integer> chosen : List.of(reversed, shuffled)) {
                int[] indices = chosen.stream().mapToInt(Integer::intValue).toArray();
                Path folder = Files.createTempDirectory(temp, "sharded");
                List<Path> expertPaths = new ArrayList<>();
                for (TestModel expert : experts) {
                    int shards = 2 + expertPaths.size();
                    expertPaths.add(expert.inOrder(indices)
                            .checkpoint()
                            .writeSharded(folder.resolve("expert-" + shards), shards));
                }
                Path basePath = base.inOrder(indices).checkpoint().write(folder.resolve("base.safetensors"));
                TestMerge merge = new TestMerge(temp, method).paths(basePath, expertPaths);
                assertSame(merge.run().tensors(), expected, method + " in order " + chosen);
            }
        }
    }

    @Test
    void givesTheSameDataForAShardedOutput() throws Exception {
        SplittableRandom random = new SplittableRandom(16);
        TestModel base = TestModel.random(random, SMALL);
        List<TestModel> experts = experts(base, random);
        MergeMethod method = new Ties(Density.percent(20), MergeFunction.MEAN, TrimScope.MODEL, 1f);
        TestModel expected = base.withFloats(WholeArrays.of(base, experts).merge(method));

        TestMerge.Output output = new TestMerge(temp, method)
                .models(base, experts)
                .shards(100_000)
                .limits(7, 4099)
                .run();

        assertThat(output.result().sha256().keySet())
                .contains("model.safetensors.index.json")
                .hasSizeGreaterThan(3);
        assertSame(TestMerge.read(output.folder()), expected, "sharded output");
        for (Map.Entry<String, String> file : output.result().sha256().entrySet()) {
            byte[] bytes = Files.readAllBytes(output.folder().resolve(file.getKey()));
            assertThat(file.getValue()).isEqualTo(Hashes.of(bytes));
        }
    }
}
