package org.modelmerge.adamerging;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.method.MergeMethod.Outline;

/// Learned coefficients: one row per tensor, or one row `*` for all; one column per task.
///
/// @param granularity what a row stands for
/// @param tasks the tasks of the columns, empty if the source does not name them
/// @param rows row name to coefficients as stored, before the clamp; names are numbers from 0 when `named` is false
/// @param named whether the rows carry tensor names
public record CoefficientTable(
        Granularity granularity, List<String> tasks, Map<String, List<Float>> rows, boolean named) {
    /// The name of the only row of a task-wise table.
    public static final String ALL = "*";

    public CoefficientTable {
        tasks = List.copyOf(tasks);
        rows = Collections.unmodifiableMap(new LinkedHashMap<>(rows));
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("no rows");
        }
        if (granularity == Granularity.TASK && !rows.keySet().equals(Set.of(ALL))) {
            throw new IllegalArgumentException("a task-wise table has the single row " + ALL);
        }
    }

    /// The same coefficients with a row for each merged tensor, named.
    ///
    /// @throws MergeException `MISMATCH` if tasks, columns or rows do not fit the models
    CoefficientTable resolve(Outline models) throws MergeException {
        List<String> names = models.tasks();
        if (!tasks.isEmpty() && !tasks.equals(names)) {
            throw mismatch("the tasks of the coefficients differ", tasks.toString(), names.toString());
        }
        if (hasBaseColumn(names.size())) {
            return withoutBaseColumn().resolve(models);
        }
        for (List<Float> row : rows.values()) {
            if (row.size() != names.size()) {
                throw mismatch("a row of coefficients has the wrong length", "" + row.size(), names.size() + " tasks");
            }
        }
        if (granularity == Granularity.TASK) {
            return new CoefficientTable(granularity, names, rows, true);
        }
        return named ? byName(models) : byPosition(models);
    }

    /// Published tables carry the base's constant 1 in column 0.
    private boolean hasBaseColumn(int taskCount) {
        return rows.values().stream().allMatch(row -> row.size() == taskCount + 1 && row.getFirst() == 1);
    }

    private CoefficientTable withoutBaseColumn() {
        Map<String, List<Float>> shorter = new LinkedHashMap<>();
        rows.forEach((name, row) -> shorter.put(name, row.subList(1, row.size())));
        return new CoefficientTable(granularity, tasks, shorter, named);
    }

    private CoefficientTable byName(Outline models) throws MergeException {
        Set<String> lacking = new LinkedHashSet<>(models.mergedTensors());
        lacking.removeAll(rows.keySet());
        if (!lacking.isEmpty()) {
            throw mismatch(
                            "merged tensors without a row of coefficients",
                            lacking.size() + " such tensors",
                            "a row for each of " + models.mergedTensors().size())
                    .atTensor(lacking.iterator().next());
        }
        Set<String> unused = new LinkedHashSet<>(rows.keySet());
        models.mergedTensors().forEach(unused::remove);
        if (!unused.isEmpty()) {
            models.warnings()
                    .accept(unused.size() + " rows of coefficients name no merged tensor, first "
                            + Printable.text(unused.iterator().next()));
        }
        Map<String, List<Float>> used = new LinkedHashMap<>();
        for (String name : models.mergedTensors()) {
            used.put(name, row(name));
        }
        return new CoefficientTable(granularity, models.tasks(), used, true);
    }

    private CoefficientTable byPosition(Outline models) throws MergeException {
        List<String> names = models.mergedTensors();
        if (rows.size() != names.size()) {
            throw mismatch(
                    "the coefficients do not fit the merged tensors", rows.size() + " rows", "1 or " + names.size());
        }
        models.warnings()
                .accept("the coefficients name no tensors: their rows were matched to the base's tensors in file"
                        + " order");
        Map<String, List<Float>> resolved = new LinkedHashMap<>();
        List<List<Float>> values = new ArrayList<>(rows.values());
        for (int k = 0; k < names.size(); k++) {
            resolved.put(names.get(k), values.get(k));
        }
        return new CoefficientTable(granularity, models.tasks(), resolved, true);
    }

    /// The coefficients of a tensor.
    List<Float> row(String tensor) {
        List<Float> row = rows.get(granularity == Granularity.TASK ? ALL : tensor);
        if (row == null) {
            throw new IllegalArgumentException("no row for " + tensor);
        }
        return row;
    }

    /// The table as plain values, in the layout of a JSON coefficient file.
    public Map<String, Object> value() {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("schema", 1L);
        value.put("granularity", granularity.word());
        value.put("tasks", tasks);
        value.put("rows", rows);
        return value;
    }

    /// Reads the layout of a JSON coefficient file.
    ///
    /// @param value as parsed: maps, lists, strings and numbers
    /// @throws MergeException `MALFORMED`
    public static CoefficientTable of(@Nullable Object value) throws MergeException {
        if (!(value instanceof Map<?, ?> map)) {
            throw malformed("no JSON object");
        }
        for (Object key : map.keySet()) {
            if (!Arrays.asList("schema", "granularity", "tasks", "rows").contains(key)) {
                throw malformed("unknown key " + Printable.text(String.valueOf(key)));
            }
        }
        if (!(map.get("schema") instanceof Number schema) || schema.doubleValue() != 1) {
            throw malformed("schema (got " + Printable.text(String.valueOf(map.get("schema"))) + ", expected 1)");
        }
        String word = String.valueOf(map.get("granularity"));
        Granularity granularity =
                switch (word) {
                    case "layer" -> Granularity.LAYER;
                    case "task" -> Granularity.TASK;
                    default ->
                        throw malformed("granularity (got " + Printable.text(word) + ", expected layer or task)");
                };
        if (!(map.get("tasks") instanceof List<?> names) || !names.stream().allMatch(String.class::isInstance)) {
            throw malformed("tasks is no list of names");
        }
        if (!(map.get("rows") instanceof Map<?, ?> rows) || rows.isEmpty()) {
            throw malformed("rows is no object with at least one row");
        }
        Map<String, List<Float>> table = new LinkedHashMap<>();
        for (Map.Entry<?, ?> row : rows.entrySet()) {
            String name = (String) row.getKey();
            table.put(name, numbers(name, row.getValue(), names.size()));
        }
        if (granularity == Granularity.TASK && !table.keySet().equals(Set.of(ALL))) {
            throw malformed("a task-wise table has the single row \"*\" (got " + table.size() + " rows)");
        }
        return new CoefficientTable(
                granularity, names.stream().map(String.class::cast).toList(), table, true);
    }

    private static List<Float> numbers(String row, Object value, int count) throws MergeException {
        if (!(value instanceof List<?> list) || list.size() != count) {
            throw malformed("row " + Printable.text(row) + " is no list of " + count + " numbers");
        }
        List<Float> numbers = new ArrayList<>(count);
        for (Object number : list) {
            if (!(number instanceof Number n) || !Float.isFinite(n.floatValue())) {
                throw malformed("row " + Printable.text(row) + " holds something else than finite numbers");
            }
            numbers.add(n.floatValue());
        }
        return numbers;
    }

    private static MergeException malformed(String problem) {
        return MergeException.of(ErrorCode.MALFORMED, "bad coefficients: " + problem);
    }

    private static MergeException mismatch(String problem, String got, String expected) {
        return MergeException.of(
                ErrorCode.MISMATCH,
                problem + " (got " + Printable.text(got) + ", expected " + Printable.text(expected) + ")");
    }
}
