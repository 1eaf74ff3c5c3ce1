package org.modelmerge.evaluation;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.json.JsonWriter;
import org.modelmerge.json.StrictJson;
import org.modelmerge.yaml.Tree;

/// Answers in a file, so that a model is run once and compared often.
///
/// ```json
/// {"schema": 1, "predictions": [{"task": "trec6", "model": "merged", "sha256": "9f...",
///   "labels": ["ABBR", "DESC"], "expected": [1, 0, 1], "predicted": [1, 1, 1]}]}
/// ```
///
/// Item i of both lists is the i-th item of the task's test data; numbers are positions in `labels`.
public final class Predictions {
    private static final long LARGEST = 1L << 28;

    private final List<TaskAnswers> answers;

    private Predictions(List<TaskAnswers> answers) {
        this.answers = answers;
    }

    /// The document.
    public static String write(List<ModelAnswers> models) {
        StringBuilder text = new StringBuilder("{\"schema\":1,\"predictions\":[");
        boolean first = true;
        for (ModelAnswers model : models) {
            for (TaskAnswers task : model.tasks()) {
                Map<String, @Nullable Object> members = new LinkedHashMap<>();
                members.put("task", task.task());
                members.put("model", task.model());
                members.put("sha256", task.sha256());
                members.put("labels", task.answers().labels());
                members.put("expected", boxed(task.answers().expected()));
                members.put("predicted", boxed(task.answers().predicted()));
                // A line each: large, yet to be looked at with usual tools.
                text.append(first ? "\n" : ",\n").append(JsonWriter.write(members));
                first = false;
            }
        }
        return text.append("\n]}\n").toString();
    }

    private static List<Integer> boxed(int[] numbers) {
        return Arrays.stream(numbers).boxed().toList();
    }

    /// Reads a file that [#write] wrote.
    ///
    /// @throws MergeException `MALFORMED`; whatever reading throws
    public static Predictions read(Storage storage, Path file) throws MergeException {
        try (RangeSource source = storage.open(file)) {
            if (source.size() > LARGEST) {
                throw Tree.malformed("too large (got " + source.size() + " bytes, expected at most " + LARGEST + ")");
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) source.size());
            source.read(bytes, 0);
            return new Predictions(parse(bytes.array()));
        } catch (MergeException e) {
            throw e.inFile(file.toString());
        }
    }

    private static List<TaskAnswers> parse(byte[] json) throws MergeException {
        Tree tree = Tree.of("", StrictJson.parse(json));
        if (!tree.required("schema").equals(1L)) {
            throw MergeException.of(
                    ErrorCode.UNSUPPORTED_FORMAT,
                    "schema (got " + Printable.text(tree.required("schema").toString()) + ", expected 1)");
        }
        List<TaskAnswers> answers = new ArrayList<>();
        for (Object element : tree.list("predictions")) {
            answers.add(task(Tree.of("predictions[" + answers.size() + "]", element)));
        }
        return answers;
    }

    private static TaskAnswers task(Tree tree) throws MergeException {
        List<String> labels = new ArrayList<>();
        for (Object label : tree.list("labels")) {
            labels.add(Tree.text(tree.key("labels[]"), label));
        }
        int[] expected = classes(tree, "expected", labels.size());
        int[] predicted = classes(tree, "predicted", labels.size());
        if (expected.length == 0 || expected.length != predicted.length) {
            throw Tree.malformed("got " + predicted.length + " answers and " + expected.length + " labels at "
                    + Printable.text(tree.place()) + ", expected as many, and 1 or more");
        }
        return new TaskAnswers(
                tree.text("task"),
                tree.text("model"),
                tree.members().get("sha256") == null ? null : tree.sha256("sha256"),
                new Answers(predicted, expected, labels));
    }

    private static int[] classes(Tree tree, String key, int classCount) throws MergeException {
        List<?> list = tree.list(key);
        int[] classes = new int[list.size()];
        for (int i = 0; i < classes.length; i++) {
            if (!(list.get(i) instanceof Long number) || number < 0 || number >= classCount) {
                throw Tree.wrongType(
                        tree.key(key + "[" + i + "]"), list.get(i), "a position in labels, 0 to " + (classCount - 1));
            }
            classes[i] = number.intValue();
        }
        return classes;
    }

    /// The names of the tasks, in the order of the file.
    public List<String> tasks() {
        return answers.stream().map(TaskAnswers::task).distinct().toList();
    }

    /// What a model answered to some tasks.
    ///
    /// @param name as documents show the model
    /// @param sha256 what the model's hash is; null if the model is not here, and the file's word is taken
    /// @param tasks that it must have answered
    /// @throws MergeException `MISMATCH` if the answers are of another model, or some are missing
    public ModelAnswers of(String name, @Nullable String sha256, List<String> tasks) throws MergeException {
        List<TaskAnswers> found = new ArrayList<>();
        for (String task : tasks) {
            List<TaskAnswers> candidates =
                    answers.stream().filter(a -> a.task().equals(task)).toList();
            found.add(pick(name, sha256, task, candidates));
        }
        return new ModelAnswers(name, found);
    }

    /// By hash if it is known, else by name; a file with the answers of one model only needs no name.
    private static TaskAnswers pick(String name, @Nullable String sha256, String task, List<TaskAnswers> candidates)
            throws MergeException {
        for (TaskAnswers candidate : candidates) {
            if (sha256 != null
                    ? sha256.equals(candidate.sha256())
                    : candidates.size() == 1 || candidate.model().equals(name)) {
                return new TaskAnswers(task, name, candidate.sha256(), candidate.answers());
            }
        }
        String found = candidates.isEmpty()
                ? "none"
                : String.join(
                        ", ",
                        candidates.stream()
                                .map(c -> c.model() + " " + shortened(c.sha256()))
                                .toList());
        throw MergeException.of(
                ErrorCode.MISMATCH,
                "no answers of this model to task " + Printable.text(task) + " (got " + Printable.text(found)
                        + ", expected " + Printable.text(name) + " " + shortened(sha256) + ")");
    }

    private static String shortened(@Nullable String sha256) {
        return sha256 == null ? "of any hash" : "of hash " + sha256.substring(0, 12) + "...";
    }
}
