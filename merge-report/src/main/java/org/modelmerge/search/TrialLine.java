package org.modelmerge.search;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.JsonWriter;
import org.modelmerge.json.StrictJson;

/// A trial as one line of JSON.
final class TrialLine {
    private TrialLine() {}

    static String of(Trial trial) {
        return JsonWriter.write(members(trial));
    }

    /// The trial as a tree.
    static Map<String, @Nullable Object> members(Trial trial) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        Score score = trial.score();
        members.put("number", trial.number());
        members.put("values", trial.values());
        members.put("score", score == null ? null : score.value());
        members.put("tasks", score == null ? Map.of() : score.tasks());
        members.put("failure", trial.failure());
        members.put("seconds", trial.seconds());
        return members;
    }

    /// The object of a line.
    static Map<?, ?> object(String line, int number) throws MergeException {
        try {
            if (StrictJson.parse(line.getBytes(StandardCharsets.UTF_8)) instanceof Map<?, ?> members) {
                return members;
            }
        } catch (MergeException e) {
            throw MergeException.of(ErrorCode.MALFORMED, "line " + number + ": " + e.problem(), e);
        }
        throw malformed(number, "an object");
    }

    /// @param number the trial's, one less than the line's
    static Trial trial(Map<?, ?> members, int number) throws MergeException {
        if (!Long.valueOf(number).equals(members.get("number"))) {
            throw malformed(number + 1, "trial " + number);
        }
        Map<String, Object> values = new LinkedHashMap<>();
        if (!(members.get("values") instanceof Map<?, ?> all) || !(members.get("tasks") instanceof Map<?, ?> tasks)) {
            throw malformed(number + 1, "values and tasks");
        }
        all.forEach((option, value) -> values.put(String.valueOf(option), value));
        Map<String, Double> accuracies = new LinkedHashMap<>();
        for (Map.Entry<?, ?> task : tasks.entrySet()) {
            accuracies.put(String.valueOf(task.getKey()), number(task.getValue(), number));
        }
        Object score = members.get("score");
        Object failure = members.get("failure");
        if ((score == null) == (failure == null)) {
            throw malformed(number + 1, "either a score or a failure");
        }
        return new Trial(
                number,
                values,
                score == null ? null : new Score(number(score, number), accuracies),
                failure == null ? null : failure.toString(),
                number(members.get("seconds"), number));
    }

    private static double number(@Nullable Object value, int trial) throws MergeException {
        if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
            return number.doubleValue();
        }
        throw malformed(trial + 1, "a number (got " + value + ")");
    }

    private static MergeException malformed(int line, String expected) {
        return MergeException.of(ErrorCode.MALFORMED, "line " + line + " of the log: expected " + expected);
    }
}
