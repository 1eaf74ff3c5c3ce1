package org.modelmerge.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.CodePointOrder;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// Collects the labels of a data file and turns them into class indexes of a head.
///
/// Given names are looked up. Without them, labels that are all integers are the indexes; else the distinct
/// labels, in the order of their code points, are the classes, and there must be as many as the head has.
public final class ClassLabels {
    private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,9}");

    private final Path file;
    private final int classCount;
    private final @Nullable Map<String, Integer> named;
    private final Map<String, Distinct> distinct = new LinkedHashMap<>();
    private int[] ids = new int[1024];
    private int count;
    private List<String> classNames = List.of();

    private record Distinct(int id, long line) {}

    /// Labels of one file.
    ///
    /// @param file for messages
    /// @param classCount the number of classes of the head
    /// @param names the classes in the head's order, or null
    /// @throws MergeException `MISMATCH` if there are not as many names as classes
    public ClassLabels(Path file, int classCount, @Nullable List<String> names) throws MergeException {
        this.file = file;
        this.classCount = classCount;
        if (names != null && names.size() != classCount) {
            throw MergeException.of(
                    ErrorCode.MISMATCH,
                    "wrong number of labels for the head (got " + names.size() + ", expected " + classCount + ")");
        }
        this.named = names == null ? null : indexOf(names);
        this.classNames = names == null ? numbers(classCount) : List.copyOf(names);
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(String::valueOf).toList();
    }

    private static Map<String, Integer> indexOf(List<String> names) {
        Map<String, Integer> index = new HashMap<>();
        for (String name : names) {
            index.put(name, index.size());
        }
        return index;
    }

    /// Adds the label of the next row.
    ///
    /// @param line for messages
    /// @throws MergeException `MISMATCH` for a label that is not among the names
    public void add(String label, long line) throws MergeException {
        int id;
        if (named != null) {
            Integer index = named.get(label);
            if (index == null) {
                throw mismatch(
                                line,
                                "unknown label (got " + Printable.text(label) + ", expected one of " + classCount
                                        + " names)")
                        .withHint("labels in the task file lists the names in the order of the head");
            }
            id = index;
        } else {
            id = distinct.computeIfAbsent(label, _ -> new Distinct(distinct.size(), line))
                    .id();
        }
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
        }
        ids[count++] = id;
    }

    /// The class of each row, in the order in which they were added.
    ///
    /// @throws MergeException `MISMATCH` for an integer that is no class of the head, or too few or many
    ///     classes
    public int[] indexes() throws MergeException {
        int[] indexes = Arrays.copyOf(ids, count);
        if (named == null) {
            int[] classes = distinct.keySet().stream()
                            .allMatch(label -> INTEGER.matcher(label).matches())
                    ? integers()
                    : sorted();
            Arrays.setAll(indexes, i -> classes[ids[i]]);
        }
        return indexes;
    }

    /// The names of the classes in the head's order; complete after [#indexes()].
    public List<String> names() {
        return classNames;
    }

    private int[] integers() throws MergeException {
        int[] classes = new int[distinct.size()];
        for (Map.Entry<String, Distinct> entry : distinct.entrySet()) {
            int index = Integer.parseInt(entry.getKey());
            if (index < 0 || index >= classCount) {
                throw mismatch(
                        entry.getValue().line(),
                        "label out of range (got " + index + ", expected 0 to " + (classCount - 1) + ")");
            }
            classes[entry.getValue().id()] = index;
        }
        return classes;
    }

    private int[] sorted() throws MergeException {
        if (distinct.size() != classCount) {
            throw MergeException.of(
                            ErrorCode.MISMATCH,
                            "wrong number of classes (got " + distinct.size() + " distinct labels, expected "
                                    + classCount + ")")
                    .inFile(file.toString())
                    .withHint("labels in the task file lists the names in the order of the head");
        }
        List<Map.Entry<String, Distinct>> byName = new ArrayList<>(distinct.entrySet());
        byName.sort(Map.Entry.comparingByKey(CodePointOrder.INSTANCE));
        classNames = byName.stream().map(Map.Entry::getKey).toList();
        int[] classes = new int[classCount];
        for (int i = 0; i < classCount; i++) {
            classes[byName.get(i).getValue().id()] = i;
        }
        return classes;
    }

    private MergeException mismatch(long line, String problem) {
        return MergeException.of(ErrorCode.MISMATCH, "line " + line + ": " + problem)
                .inFile(file.toString());
    }
}
