package org.modelmerge.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.Answers;
import org.modelmerge.evaluation.Evaluation;
import org.modelmerge.evaluation.Gates;
import org.modelmerge.evaluation.ModelAnswers;
import org.modelmerge.evaluation.TaskAnswers;

/// Evaluations of text classifiers with made-up answers.
final class SampleEvaluations {
    private static final Map<String, Integer> CLASSES = new LinkedHashMap<>();

    static {
        CLASSES.put("trec6", 6);
        CLASSES.put("subj", 2);
        CLASSES.put("sst2", 2);
        CLASSES.put("customer-reviews", 2);
        CLASSES.put("sms-spam", 2);
        CLASSES.put("banking77", 77);
    }

    private static final int[] TOTALS = {500, 2000, 1821, 775, 1174, 3080};

    private SampleEvaluations() {}

    /// @param modelCount 1 to 6
    static EvaluationReport of(int modelCount) throws MergeException {
        List<ModelAnswers> models = new ArrayList<>();
        int[][] correct = {
            {438, 1808, 1516, 661, 1119, 2808},
            {395, 1724, 1368, 621, 1100, 2747},
            {427, 1781, 1475, 657, 1135, 2773},
            {470, 1821, 1536, 666, 1158, 2717},
            {421, 1780, 1466, 644, 1088, 2826},
            {300, 1010, 1200, 500, 1020, 2100},
        };
        String[] names = {"pcb", "average", "task-arithmetic-0.3", "task-arithmetic-0.6", "ties", "negated"};
        for (int i = 0; i < modelCount; i++) {
            models.add(model(names[i], correct[i], i == 5));
        }
        Evaluation evaluation = Evaluation.of(
                models,
                model("base", new int[] {333, 1625, 1136, 561, 971, 2697}, false),
                model("individual", new int[] {480, 1898, 1596, 695, 1165, 2889}, false),
                0);
        return EvaluationReport.of("0.1.0", evaluation, new Gates(0.85, 0.05, false));
    }

    private static ModelAnswers model(String name, int[] correct, boolean collapsed) {
        List<TaskAnswers> tasks = new ArrayList<>();
        int t = 0;
        for (Map.Entry<String, Integer> task : CLASSES.entrySet()) {
            Answers answers =
                    answers(TOTALS[t], task.getValue(), correct[t], name.hashCode() + 31L * t, collapsed && t == 1);
            tasks.add(new TaskAnswers(task.getKey(), name, "%064x".formatted(name.hashCode() & 0xffffffffL), answers));
            t++;
        }
        return new ModelAnswers(name, tasks);
    }

    /// Items differ in how hard they are, and models do not get the same ones wrong.
    private static Answers answers(int total, int classCount, int correct, long seed, boolean collapsed) {
        int[] expected = new int[total];
        int[] predicted = new int[total];
        double[] difficulty = new double[total];
        for (int i = 0; i < total; i++) {
            expected[i] = Math.floorMod(hash(i), classCount);
            difficulty[i] = unit(i) + 0.35 * unit(hash(i) ^ seed);
        }
        double[] sorted = difficulty.clone();
        java.util.Arrays.sort(sorted);
        double limit = sorted[Math.min(correct, total - 1)];
        for (int i = 0; i < total; i++) {
            boolean right = difficulty[i] < limit;
            predicted[i] =
                    collapsed && hash(i + 7) % 30 != 0 ? 0 : right ? expected[i] : (expected[i] + 1) % classCount;
        }
        List<String> labels = new ArrayList<>();
        for (int c = 0; c < classCount; c++) {
            labels.add("class " + c);
        }
        return new Answers(predicted, expected, labels);
    }

    private static double unit(long value) {
        return (hash(value) >>> 11) * 0x1p-53;
    }

    private static long hash(long value) {
        long z = (value + 1) * 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 29)) * 0xbf58476d1ce4e5b9L;
        return z ^ (z >>> 32);
    }
}
