package org.modelmerge.task;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.yaml.Tree;

/// From the tree of a task file to its records.
final class TaskFileReader {
    private static final int LABEL_LIMIT = 1 << 20;

    private static final List<String> KEYS = List.of("model", "tasks");
    private static final List<String> MODEL_KEYS =
            List.of("architecture", "pooling", "max-length", "tokenizer", "frozen");
    private static final List<String> TASK_KEYS =
            List.of("name", "head", "labels", "test", "validation", "unlabelled", "train");
    private static final List<String> HEAD_KEYS = List.of("file", "prefix");
    private static final List<String> TEXT_KEYS = List.of("file", "text", "label", "rows");
    private static final List<String> IMAGE_KEYS = List.of("images", "labels", "rows");

    private final Path source;
    private final Path file;

    /// @param source the task file; its folder is what paths are relative to
    TaskFileReader(Path source) {
        this.source = source;
        this.file = source.toAbsolutePath().normalize();
    }

    TaskFile file(Tree tree) throws MergeException {
        tree.allowOnly(KEYS);
        ModelSettings model = model(tree.object("model"));
        List<Task> tasks = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Object element : tree.list("tasks")) {
            Task task = task(Tree.of("tasks[" + tasks.size() + "]", element));
            if (!names.add(task.name())) {
                throw Tree.malformed("two tasks named " + Printable.text(task.name()) + ", expected different names");
            }
            tasks.add(task);
        }
        if (tasks.isEmpty()) {
            throw Tree.malformed("tasks is empty (got 0 tasks, expected at least 1)");
        }
        return new TaskFile(model, tasks);
    }

    private ModelSettings model(Tree tree) throws MergeException {
        tree.allowOnly(MODEL_KEYS);
        return new ModelSettings(
                nonEmpty(tree, "architecture"),
                tree.has("pooling") ? pooling(tree) : Pooling.MEAN,
                tree.has("max-length") ? maxLength(tree) : ModelSettings.DEFAULT_MAX_LENGTH,
                tree.has("tokenizer") ? path(tree, "tokenizer") : null,
                tree.has("frozen") ? path(tree, "frozen") : null,
                source);
    }

    private static Pooling pooling(Tree tree) throws MergeException {
        String word = tree.text("pooling");
        return switch (word) {
            case "mean" -> Pooling.MEAN;
            case "cls" -> Pooling.CLS;
            default -> throw Tree.wrongType(tree.key("pooling"), word, "mean or cls");
        };
    }

    private static int maxLength(Tree tree) throws MergeException {
        long length = tree.count("max-length");
        // Two special tokens and one word are the least that says something.
        if (length < 3 || length > Integer.MAX_VALUE) {
            throw Tree.wrongType(tree.key("max-length"), length, "a number of tokens from 3 on");
        }
        return (int) length;
    }

    private Task task(Tree tree) throws MergeException {
        tree.allowOnly(TASK_KEYS);
        String name = nonEmpty(tree, "name");
        TaskData test = data(tree.object("test"), true);
        TaskData validation = tree.has("validation") ? data(tree.object("validation"), true) : null;
        TaskData train = tree.has("train") ? data(tree.object("train"), true) : null;
        if (train != null && validation != null && train.file().equals(validation.file())) {
            train = train.withRows(train.rows().without(validation.rows()));
        }
        return new Task(
                name,
                tree.has("head") ? head(tree.object("head")) : null,
                tree.has("labels") ? labels(tree) : List.of(),
                test,
                validation,
                tree.has("unlabelled") ? data(tree.object("unlabelled"), false).unlabelled() : test.unlabelled(),
                train);
    }

    private Head head(Tree tree) throws MergeException {
        tree.allowOnly(HEAD_KEYS);
        return new Head(path(tree, "file"), tree.has("prefix") ? tree.text("prefix") : "");
    }

    private static List<String> labels(Tree tree) throws MergeException {
        List<String> labels = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Object element : tree.list("labels")) {
            String place = tree.key("labels[" + labels.size() + "]");
            String label = element instanceof Long number ? number.toString() : Tree.text(place, element);
            if (!seen.add(label)) {
                throw Tree.malformed("label " + Printable.text(label) + " twice at " + Printable.text(place));
            }
            labels.add(label);
        }
        if (labels.size() < 2 || labels.size() > LABEL_LIMIT) {
            throw Tree.malformed("labels at " + Printable.text(tree.key("labels")) + " (got " + labels.size()
                    + ", expected 2 to " + LABEL_LIMIT + ")");
        }
        return labels;
    }

    /// @param labelled whether the labels must be named
    private TaskData data(Tree tree, boolean labelled) throws MergeException {
        if (tree.has("images")) {
            tree.allowOnly(IMAGE_KEYS);
            return new TaskData.Images(
                    path(tree, "images"), labelled || tree.has("labels") ? path(tree, "labels") : null, rows(tree));
        }
        tree.allowOnly(tree.has("file") ? TEXT_KEYS : List.of("file", "text", "label", "images", "labels", "rows"));
        if (!tree.has("file")) {
            throw Tree.malformed(
                    "missing key " + Printable.text(tree.key("file")) + " of sentences, or images of pictures");
        }
        return new TaskData.Text(
                path(tree, "file"),
                nonEmpty(tree, "text"),
                labelled || tree.has("label") ? nonEmpty(tree, "label") : null,
                rows(tree));
    }

    private static Rows rows(Tree tree) throws MergeException {
        return tree.has("rows") ? Rows.parse(tree.key("rows"), tree.text("rows")) : Rows.ALL;
    }

    private static String nonEmpty(Tree tree, String key) throws MergeException {
        String text = tree.text(key);
        if (text.isEmpty()) {
            throw Tree.wrongType(tree.key(key), text, "text that is not empty");
        }
        return text;
    }

    private Path path(Tree tree, String key) throws MergeException {
        String text = nonEmpty(tree, key);
        try {
            return file.resolveSibling(text).normalize();
        } catch (InvalidPathException e) {
            throw MergeException.of(
                    ErrorCode.MALFORMED,
                    "not a path on this system at " + Printable.text(tree.key(key)) + ": " + Printable.text(text),
                    e);
        }
    }
}
