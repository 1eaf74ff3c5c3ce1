package org.modelmerge.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.catalog.MethodCatalog;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.engine.MergeJob;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.engine.MergeRequest.Allowed;
import org.modelmerge.engine.MergeRequest.Limits;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.MergeMethod;

/// Every row of the authors' outputs, through files and the engine, with three slice sizes and thread counts.
class GoldenTest {
    private static final List<Limits> LIMITS = List.of(Limits.DEFAULT, new Limits(1, 0, 7), new Limits(3, 0, 1000));

    @TempDir
    Path temp;

    /// How a result is compared: bit for bit, or `|got - want| <= absolute + relative * |want| + ofLargest *
    /// max|want|`.
    private record Tolerance(double absolute, double relative, double ofLargest) {
        static final Tolerance EXACT = new Tolerance(0, 0, 0);
        static final Tolerance ROUNDING = new Tolerance(1e-8, 1e-6, 0);
        static final Tolerance TRANSCENDENTAL = new Tolerance(0, 0, 5e-6);
    }

    /// A row in our words.
    private record Call(String method, Map<String, Object> values, List<Path> experts, Tolerance tolerance) {}

    @TestFactory
    Stream<DynamicTest> agreesWithTheAuthorsCode() throws IOException, URISyntaxException, MergeException {
        List<DynamicTest> tests = new ArrayList<>();
        for (GoldenCase golden : GoldenCase.all()) {
            for (GoldenCase.Row row : golden.rows()) {
                if (row.fields().containsKey("merged")) {
                    tests.add(DynamicTest.dynamicTest(golden + " " + row, () -> check(golden, row)));
                }
            }
        }
        assertThat(tests).hasSize(196);
        return tests.stream();
    }

    private void check(GoldenCase golden, GoldenCase.Row row) throws IOException, MergeException {
        Call call = call(golden, row);
        Map<String, Object> values = new LinkedHashMap<>(call.values());
        if (row.hasNan() && call.method().equals("pcb")) {
            MergeMethod strict = MethodCatalog.create(call.method(), values);
            assertThatThrownBy(() -> merge(strict, golden, call, Limits.DEFAULT, false))
                    .isInstanceOfSatisfying(
                            MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DEGENERATE));
            values.put("degenerate", "nan");
        }
        MergeMethod method = MethodCatalog.create(call.method(), values);
        Map<String, float[]> expected = GoldenCase.floats(golden.folder().resolve(row.file("merged")));
        byte[] first = {};
        for (Limits limits : LIMITS) {
            Path merged = merge(method, golden, call, limits, row.hasNan());
            compare(GoldenCase.floats(merged), expected, call.tolerance());
            byte[] bytes = Files.readAllBytes(merged);
            if (first.length > 0) {
                assertThat(bytes).as("the same bytes for %s", limits).isEqualTo(first);
            }
            first = bytes;
        }
    }

    private Path merge(MergeMethod method, GoldenCase golden, Call call, Limits limits, boolean allowNonfinite)
            throws MergeException, IOException {
        MergeRequest request = MergeRequest.of(method, golden.base(), call.experts())
                .withAllowed(new Allowed(false, false, allowNonfinite))
                .withDtype(DType.F32)
                .withSingleFile("out.safetensors")
                .withLimits(limits);
        Path folder = Files.createTempDirectory(temp, "merge");
        try (MergeJob job = MergeJob.open(request)) {
            job.run(folder, MergeObserver.NONE);
        }
        return folder.resolve("out.safetensors");
    }

    private static Call call(GoldenCase golden, GoldenCase.Row row) {
        List<Path> all = golden.experts();
        boolean fewTasks = golden.tasks() <= 4;
        Tolerance sums = fewTasks ? Tolerance.EXACT : Tolerance.ROUNDING;
        return switch (row.method()) {
            case "weight_average" -> new Call("average", Map.of(), all, sums);
            case "task_arithmetic" -> new Call("task-arithmetic", Map.of("lambda", row.param("lambda")), all, sums);
            case "task_arithmetic_negation" -> {
                int task = row.hasParam("task") ? ((Long) row.param("task")).intValue() : 0;
                double lambda = -Math.abs(((Number) row.param("lambda")).doubleValue());
                yield new Call("task-arithmetic", Map.of("lambda", lambda), List.of(all.get(task)), Tolerance.EXACT);
            }
            case "ties" ->
                new Call(
                        "ties",
                        Map.of(
                                "density", percent(row.param("K")),
                                "merge-function", row.param("func"),
                                "lambda", row.param("lambda")),
                        all,
                        sums);
            case "pcb" ->
                new Call(
                        "pcb",
                        Map.of(
                                "variant", row.param("variant"),
                                "density", row.param("ratio"),
                                "lambda", row.param(row.hasParam("lambda_per_task") ? "lambda_per_task" : "lambda")),
                        all,
                        Tolerance.TRANSCENDENTAL);
            case "adamerging_apply" ->
                new Call(
                        "adamerging",
                        Map.of(
                                "coefficients",
                                golden.folder().resolve(row.file("lambda_file")).toString()),
                        all,
                        Tolerance.EXACT);
            default -> throw new IllegalStateException("no call for " + row);
        };
    }

    private static String percent(Object k) {
        double value = ((Number) k).doubleValue();
        return value > 1 ? value + "%" : Double.toString(value);
    }

    private static void compare(Map<String, float[]> got, Map<String, float[]> expected, Tolerance tolerance) {
        assertThat(got.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
        double largest = 0;
        for (float[] values : expected.values()) {
            for (float value : values) {
                largest = Math.max(largest, Float.isNaN(value) ? 0 : Math.abs(value));
            }
        }
        for (Map.Entry<String, float[]> tensor : expected.entrySet()) {
            float[] want = tensor.getValue();
            float[] have = Objects.requireNonNull(got.get(tensor.getKey()));
            assertThat(have).hasSameSizeAs(want);
            for (int j = 0; j < want.length; j++) {
                double limit = tolerance.absolute()
                        + tolerance.relative() * Math.abs(want[j])
                        + tolerance.ofLargest() * largest;
                boolean same = Float.isNaN(want[j])
                        ? Float.isNaN(have[j])
                        : have[j] == want[j] || Math.abs((double) have[j] - want[j]) <= limit;
                assertThat(same)
                        .as("%s[%d]: got %s, expected %s", tensor.getKey(), j, have[j], want[j])
                        .isTrue();
            }
        }
    }
}
