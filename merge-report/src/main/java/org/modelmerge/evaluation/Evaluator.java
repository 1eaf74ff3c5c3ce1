package org.modelmerge.evaluation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.task.Task;

/// Asks models all questions of some tasks.
public final class Evaluator {
    /// The name of the column that the individual experts share.
    public static final String INDIVIDUAL = "individual";

    private final Storage storage;
    private final AnswerSource source;
    private final List<Task> tasks;
    private final Listener listener;

    /// Hears what is being done.
    @FunctionalInterface
    public interface Listener {
        /// A model begins with a task.
        ///
        /// @param model its name
        void begins(String model, Task task);
    }

    /// @param source stays the caller's to close
    /// @param tasks at least one
    public Evaluator(Storage storage, AnswerSource source, List<Task> tasks, Listener listener) {
        this.storage = storage;
        this.source = source;
        this.tasks = List.copyOf(tasks);
        this.listener = listener;
    }

    /// The answers of a model to the test items of every task.
    ///
    /// @param name as documents show the model
    /// @throws MergeException as [AnswerSource#answers] and [ModelHash#of]; `MALFORMED` for a task without test
    /// items
    public ModelAnswers all(Path model, String name) throws MergeException {
        List<TaskAnswers> answers = new ArrayList<>();
        String sha256 = ModelHash.of(storage, model);
        for (Task task : tasks) {
            answers.add(answer(model, name, sha256, task));
        }
        return new ModelAnswers(name, answers);
    }

    /// The answers of a model to the test items of one task, for individual experts.
    ///
    /// @param name as documents show the model
    /// @param task the name of one of the tasks
    /// @throws MergeException as [#all]
    public TaskAnswers one(Path model, String name, String task) throws MergeException {
        for (Task known : tasks) {
            if (known.name().equals(task)) {
                return answer(model, name, ModelHash.of(storage, model), known);
            }
        }
        throw new IllegalArgumentException("no task " + task);
    }

    private TaskAnswers answer(Path model, String name, String sha256, Task task) throws MergeException {
        stopIfInterrupted();
        listener.begins(name, task);
        Answers answers = source.answers(model, task, Split.TEST);
        if (answers.total() == 0) {
            throw MergeException.of(
                            ErrorCode.MALFORMED,
                            "no test items for task " + Printable.text(task.name()) + " (got 0, expected 1 or more)")
                    .inFile(task.test().file().toString());
        }
        return new TaskAnswers(task.name(), name, sha256, answers);
    }

    static void stopIfInterrupted() throws MergeException {
        if (Thread.currentThread().isInterrupted()) {
            throw MergeException.of(ErrorCode.CANCELLED, "interrupted");
        }
    }
}
