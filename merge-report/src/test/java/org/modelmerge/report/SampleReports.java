package org.modelmerge.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.modelmerge.catalog.Citation;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.engine.MergePlan.CopyReason;
import org.modelmerge.engine.WeightStatistics;
import org.modelmerge.engine.WeightStatistics.Sums;
import org.modelmerge.engine.WeightStatistics.TensorStatistics;
import org.modelmerge.report.MergeReport.Input;
import org.modelmerge.report.MergeReport.Method;
import org.modelmerge.report.MergeReport.TensorCounts;

/// Reports with plausible numbers, the same ones in every run.
final class SampleReports {
    static final String HOSTILE_TENSOR = "encoder.0.<script>alert(\"t\")</script>&amp;\u202e'x'\u0000";
    static final String HOSTILE_TASK = "</title><script>alert(1)</script>";
    static final String LONG_NAME = "a".repeat(200);
    static final String EMOJI_NAME = "\ud83e\udd86 duck";
    static final String RTL_NAME = "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd";

    private SampleReports() {}

    static Method ties() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("density", "20%");
        parameters.put("merge-function", "mean");
        parameters.put("trim-scope", "model");
        parameters.put("lambda", 1.0);
        return new Method(
                "ties",
                "TIES-Merging",
                "Trims each task vector, elects one sign per element and averages what agrees with it.",
                """
                u_i = tau_i where |tau_i| >= t_i, else 0      trim
                s   = sign(sum_i u_i)                         elect
                m   = mean of the u_i with sign s, 0 if none  merge
                out = base + lambda * m
                """,
                new Citation(
                        "Yadav et al.",
                        "TIES-Merging: Resolving Interference When Merging Models",
                        2023,
                        "2306.01708",
                        "prateeky2806/ties-merging at 44e7891"),
                parameters);
    }

    /// An encoder of `layers` layers with twelve tensors each, and four more.
    static MergeReport encoder(List<String> tasks, int layers, List<String> warnings) {
        List<String> names = new ArrayList<>(
                List.of("embeddings.word_embeddings.weight", "embeddings.LayerNorm.weight", "pooler.dense.weight"));
        for (int layer = 0; layer < layers; layer++) {
            for (String part : List.of("query", "key", "value", "output", "intermediate", "LayerNorm")) {
                names.add("encoder.layer." + layer + "." + part + ".weight");
                names.add("encoder.layer." + layer + "." + part + ".bias");
            }
        }
        Map<CopyReason, List<String>> copied = new EnumMap<>(CopyReason.class);
        copied.put(CopyReason.INTEGER, List.of("embeddings.position_ids"));
        return report(tasks, names, copied, warnings);
    }

    /// Names that try to become markup, or to break the layout.
    static MergeReport hostile() {
        Map<CopyReason, List<String>> copied = new EnumMap<>(CopyReason.class);
        copied.put(CopyReason.OUT_OF_SCOPE, List.of("<b>head</b>", LONG_NAME, "c", "d", "e", "f", "g", "h", "i"));
        copied.put(CopyReason.MISSING_IN_EXPERT, List.of(RTL_NAME));
        return report(
                List.of(HOSTILE_TASK, LONG_NAME, EMOJI_NAME, RTL_NAME),
                List.of(HOSTILE_TENSOR, LONG_NAME + ".weight", EMOJI_NAME + ".1.weight", RTL_NAME, "\ud800.2.x"),
                copied,
                List.of("tensor <i>x</i> differs in 2 of 4 experts", "w".repeat(300)));
    }

    static MergeReport report(
            List<String> tasks, List<String> tensors, Map<CopyReason, List<String>> copied, List<String> warnings) {
        WeightStatistics statistics = statistics(tasks, tensors);
        List<Input> inputs = new ArrayList<>();
        inputs.add(input("base", "bert-base-uncased", Map.of()));
        for (String task : tasks) {
            inputs.add(input(task, task + ".safetensors", Map.of()));
        }
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("dtype", "base");
        settings.put("allow-missing", false);
        Map<String, String> sha256 = new TreeMap<>();
        sha256.put("model-00001-of-00002.safetensors", hex("one"));
        sha256.put("model-00002-of-00002.safetensors", hex("two"));
        sha256.put("merge-recipe.yaml", hex("recipe"));
        long copiedCount = copied.values().stream().mapToLong(List::size).sum();
        return new MergeReport(
                "0.1.0",
                "bert-merged",
                ties(),
                settings,
                inputs,
                new TensorCounts(tensors.size(), copiedCount, 0),
                copied,
                List.of(),
                statistics.total().elementCount(),
                3_511_680_000L,
                438_960_000L,
                sha256,
                warnings,
                statistics,
                null,
                null);
    }

    static Input input(String name, String file, Map<String, String> sha256) {
        return new Input(name, file, 437_951_328L, hex("header of " + name), sha256);
    }

    static WeightStatistics statistics(List<String> tasks, List<String> tensors) {
        Random random = new Random(7);
        int n = tasks.size();
        List<TensorStatistics> perTensor = new ArrayList<>();
        for (String name : tensors) {
            boolean bias = name.endsWith("bias");
            Shape shape = bias ? Shape.of(768) : Shape.of(768, 768);
            perTensor.add(new TensorStatistics(name, shape, sums(random, n, shape.elementCount())));
        }
        double[][] cosines = new double[n][n];
        for (int i = 0; i < n; i++) {
            cosines[i][i] = 1;
            for (int j = 0; j < i; j++) {
                cosines[i][j] = cosines[j][i] = random.nextGaussian() * 0.08;
            }
        }
        Sums total = total(perTensor, n);
        long measured = n > 4 ? total.elementCount() / 8 : total.elementCount();
        return new WeightStatistics(tasks, perTensor, total, measured, cosines, new boolean[n]);
    }

    private static Sums sums(Random random, int n, long elements) {
        double base = elements * 0.0016;
        double[] tau = new double[n];
        double[] dotMerged = new double[n];
        double merged = base * 1e-4 * (0.4 + random.nextDouble());
        for (int i = 0; i < n; i++) {
            tau[i] = base * 2e-4 * (0.3 + i * 0.4 + random.nextDouble());
            dotMerged[i] = Math.sqrt(tau[i] * merged) * (0.3 + 0.4 * random.nextDouble());
        }
        long active = elements - elements / 10;
        long agreeing = (long) (active * (0.2 + 0.5 * random.nextDouble()));
        return new Sums(
                elements,
                active,
                agreeing,
                elements * 4 / 5,
                base,
                merged,
                0,
                tau,
                dotMerged,
                new double[n],
                new double[n]);
    }

    private static Sums total(List<TensorStatistics> perTensor, int n) {
        long elements = 0;
        long active = 0;
        long agreeing = 0;
        long changed = 0;
        double base = 0;
        double merged = 0;
        double[] tau = new double[n];
        double[] dotMerged = new double[n];
        for (TensorStatistics tensor : perTensor) {
            Sums sums = tensor.sums();
            elements += sums.elementCount();
            active += sums.activeCount();
            agreeing += sums.agreeingCount();
            changed += sums.changedCount();
            base += sums.baseSquares();
            merged += sums.mergedSquares();
            for (int i = 0; i < n; i++) {
                tau[i] += sums.tauSquares()[i];
                dotMerged[i] += sums.tauDotMerged()[i];
            }
        }
        return new Sums(
                elements, active, agreeing, changed, base, merged, 0, tau, dotMerged, new double[n], new double[n]);
    }

    static String hex(String seed) {
        String digits = Integer.toHexString(seed.hashCode());
        return (digits + "0123456789abcdef".repeat(4)).substring(0, 64);
    }
}
