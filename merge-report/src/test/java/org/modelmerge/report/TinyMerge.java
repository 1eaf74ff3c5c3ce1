package org.modelmerge.report;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.catalog.Citation;
import org.modelmerge.catalog.MethodCatalog;
import org.modelmerge.catalog.MethodEntry;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.engine.MergePlan;
import org.modelmerge.engine.MergePlan.CopyReason;
import org.modelmerge.engine.MergePlan.Input;
import org.modelmerge.engine.MergePlan.InputShard;
import org.modelmerge.engine.MergePlan.OutputFile;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.engine.MergePlan.Range;
import org.modelmerge.engine.MergeResult;
import org.modelmerge.engine.WeightStatistics;
import org.modelmerge.engine.WeightStatistics.Sums;
import org.modelmerge.engine.WeightStatistics.TensorStatistics;

/// A plan and a result small enough to check every number of their documents by hand: base (3, 4), tau of task `a`
/// (0.6, 0.8), task `b` has not moved, merged is (0.3, 0.4).
final class TinyMerge {
    static final String HEX = "ab".repeat(32);
    static final String OTHER_HEX = "01".repeat(32);

    private TinyMerge() {}

    static MethodEntry entry() {
        return new MethodEntry(
                "task-arithmetic",
                "Task Arithmetic",
                "Adds scaled task vectors to the base.",
                "out = base + sum_i lambda * tau_i",
                "a first try",
                new Citation("Ilharco et al.", "Editing Models", 2023, "2212.04089", "mlfoundations/task_vectors"),
                List.of(),
                MethodCatalog.entries().getFirst().factory());
    }

    static MergePlan plan() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("lambda", 0.5f);
        return new MergePlan(
                "0.1.0",
                "task-arithmetic",
                parameters,
                List.of(input("base", "/models/base/"), input("a", "a.safetensors"), input("b", "x/b.safetensors")),
                List.of(
                        planned("w.0.weight", Shape.of(2), DType.F32, null, 3),
                        planned("ids", Shape.of(1), DType.I64, CopyReason.INTEGER, 3)),
                List.of("extra"),
                false,
                true,
                4 << 20,
                List.of(new OutputFile("out.safetensors", "{}", 160)),
                null,
                Map.of("allow-extra", true));
    }

    static MergeResult result() {
        return result(Map.of("out.safetensors", HEX), List.of(Map.of(), Map.of(), Map.of()), statistics());
    }

    static MergeResult result(
            Map<String, String> sha256, List<Map<String, String>> inputs, @Nullable WeightStatistics statistics) {
        return new MergeResult(sha256, inputs, 96, 160, statistics, List.of("ids: 1 expert differs"));
    }

    static MergeReport report() {
        return MergeReport.of(plan(), result(), entry(), "some/where/out.safetensors");
    }

    static WeightStatistics statistics() {
        Sums sums = new Sums(
                2,
                2,
                1,
                2,
                25,
                0.25,
                0,
                new double[] {1, 0},
                new double[] {0.5, 0},
                new double[] {5, 0},
                new double[2]);
        double[][] cosines = {{1, Double.NaN}, {Double.NaN, Double.NaN}};
        return new WeightStatistics(
                List.of("a", "b"),
                List.of(new TensorStatistics("w.0.weight", Shape.of(2), sums)),
                sums,
                sums.elementCount(),
                cosines,
                new boolean[] {false, true});
    }

    private static Input input(String name, String path) {
        return new Input(name, path, 160, OTHER_HEX, List.of(new InputShard("m.safetensors", 160, OTHER_HEX)));
    }

    private static PlannedTensor planned(
            String name, Shape shape, DType dtype, @Nullable CopyReason reason, int models) {
        Range[] ranges = new Range[models];
        Arrays.fill(ranges, new Range(0, dtype, 8));
        return new PlannedTensor(name, shape, dtype, reason, List.of(ranges), 0, 0);
    }
}
