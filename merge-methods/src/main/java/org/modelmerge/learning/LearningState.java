package org.modelmerge.learning;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.modelmerge.adamerging.CoefficientTrainer.Snapshot;
import org.modelmerge.adamerging.LearningTrace.Step;
import org.modelmerge.adamerging.LearningWatch.Window;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// All that a learning run carries past the end of a window. Numbers are written so that they read back to the bit.
///
/// @param trainer coefficients and optimiser
/// @param best coefficients before the clamp with the best criterion so far
/// @param steps what each step saw
/// @param windows what the watch saw
/// @param largestDiversity of each task so far
record LearningState(
        Snapshot trainer, double[] best, List<Step> steps, List<Window> windows, double[] largestDiversity) {
    LearningState {
        steps = List.copyOf(steps);
        windows = List.copyOf(windows);
    }

    /// As plain values.
    Map<String, Object> value() {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("step", trainer.step());
        value.put("raw", list(trainer.raw()));
        value.put("firstMoments", list(trainer.firstMoments()));
        value.put("secondMoments", list(trainer.secondMoments()));
        value.put("best", list(best));
        value.put("largestDiversity", list(largestDiversity));
        value.put("windows", windows.stream().map(LearningState::value).toList());
        value.put(
                "steps",
                steps.stream()
                        .map(step ->
                                List.of(list(step.entropy()), list(step.mean()), list(step.low()), list(step.high())))
                        .toList());
        return value;
    }

    private static Map<String, Object> value(Window window) {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("step", window.step());
        value.put("score", window.score());
        value.put("diversity", list(window.diversity()));
        value.put("collapsed", window.collapsed());
        return value;
    }

    /// Reads what [#value()] gives.
    ///
    /// @param coefficients how many there are
    /// @throws MergeException `MALFORMED`
    static LearningState of(Map<?, ?> value, int coefficients, int tasks) throws MergeException {
        List<Step> steps = new ArrayList<>();
        for (Object entry : list(value, "steps")) {
            List<?> parts = entry instanceof List<?> list && list.size() == 4 ? list : List.of("", "", "", "");
            steps.add(new Step(
                    numbers("steps", parts.get(0), tasks),
                    numbers("steps", parts.get(1), tasks),
                    numbers("steps", parts.get(2), tasks),
                    numbers("steps", parts.get(3), tasks)));
        }
        List<Window> windows = new ArrayList<>();
        for (Object entry : list(value, "windows")) {
            Map<?, ?> window = entry instanceof Map<?, ?> map ? map : Map.of();
            windows.add(new Window(
                    count(window, "step"),
                    number("score", window.get("score")),
                    numbers("diversity", window.get("diversity"), tasks),
                    count(window, "collapsed")));
        }
        Snapshot trainer = new Snapshot(
                count(value, "step"),
                numbers("raw", value.get("raw"), coefficients),
                numbers("firstMoments", value.get("firstMoments"), coefficients),
                numbers("secondMoments", value.get("secondMoments"), coefficients));
        if (trainer.step() != steps.size()) {
            throw malformed("steps", trainer.step() + " entries");
        }
        return new LearningState(
                trainer,
                numbers("best", value.get("best"), coefficients),
                steps,
                windows,
                numbers("largestDiversity", value.get("largestDiversity"), tasks));
    }

    private static List<Double> list(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    private static List<?> list(Map<?, ?> value, String key) throws MergeException {
        if (value.get(key) instanceof List<?> list) {
            return list;
        }
        throw malformed(key, "a list");
    }

    private static int count(Map<?, ?> value, String key) throws MergeException {
        return (int) number(key, value.get(key));
    }

    private static double[] numbers(String key, @Nullable Object value, int size) throws MergeException {
        if (!(value instanceof List<?> list) || list.size() != size) {
            throw malformed(key, size + " numbers");
        }
        double[] numbers = new double[size];
        for (int k = 0; k < size; k++) {
            numbers[k] = number(key, list.get(k));
        }
        return numbers;
    }

    private static double number(String key, @Nullable Object value) throws MergeException {
        if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
            return number.doubleValue();
        }
        throw malformed(key, "finite numbers (got " + Objects.toString(value) + ")");
    }

    private static MergeException malformed(String key, String expected) {
        return MergeException.of(ErrorCode.MALFORMED, "damaged state: " + key + " is not " + expected);
    }
}
