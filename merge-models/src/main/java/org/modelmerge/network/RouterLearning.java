package org.modelmerge.network;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.routing.RouterCard;
import org.modelmerge.routing.RouterExamples;
import org.modelmerge.routing.RouterSettings;
import org.modelmerge.routing.StoredRouter;
import org.modelmerge.routing.TaskMatch;
import org.modelmerge.routing.TrainedRouter;
import org.modelmerge.task.Task;
import org.modelmerge.task.TaskData;
import org.modelmerge.task.TaskFile;

/// Trains the router of a Twin folder on the tasks of a task file: `train` rows to learn from, `validation` rows to
/// choose the best epoch by. Test rows are never read.
public final class RouterLearning {
    /// What the official code takes of a task, at most.
    public static final int MOST_PER_TASK = 5500;

    private final TwinItems items;
    private final TaskFile file;
    private final Listener listener;

    /// Hears how the training goes.
    public interface Listener extends RouterTrainer.Listener {
        /// The features of a task were computed.
        ///
        /// @param expert the name of its expert
        /// @param trainCount examples to learn from
        /// @param validationCount examples to choose by
        void computed(String expert, int trainCount, int validationCount);
    }

    /// @param items stay the caller's to close
    public RouterLearning(TwinItems items, TaskFile file, Listener listener) {
        this.items = items;
        this.file = file;
        this.listener = listener;
    }

    /// A router, with the course of its training.
    public record Learned(StoredRouter router, TrainedRouter training) {}

    /// Trains.
    ///
    /// @param mostPerTask examples of a task to learn from, and to choose by, at most; the first of the data
    /// @throws MergeException `MISMATCH` if not every expert has its task, `MALFORMED` if a task lacks data, and as
    ///     [RouterTrainer#train] does
    public Learned train(RouterSettings settings, int mostPerTask) throws MergeException {
        List<String> experts = items.folder().tasks();
        Task[] tasks = tasksOf(experts);
        List<float[][]> train = new ArrayList<>();
        List<float[][]> validation = new ArrayList<>();
        for (int i = 0; i < tasks.length; i++) {
            train.add(items.routerFeatures(data(tasks[i], tasks[i].train(), "train"), mostPerTask));
            validation.add(items.routerFeatures(data(tasks[i], tasks[i].validation(), "validation"), mostPerTask));
            listener.computed(experts.get(i), train.getLast().length, validation.getLast().length);
        }
        TrainedRouter trained = RouterTrainer.train(
                experts.size(), RouterExamples.of(train), RouterExamples.of(validation), settings, listener);
        RouterCard card = new RouterCard(
                file.model().architecture(),
                items.network().featureRule(),
                experts,
                items.folder().manifest().shared().sha256(),
                settings,
                counts(train),
                counts(validation),
                trained.bestEpoch(),
                trained.accuracy());
        return new Learned(new StoredRouter(trained.router(), card), trained);
    }

    /// The task of each expert.
    private Task[] tasksOf(List<String> experts) throws MergeException {
        int[] match = TaskMatch.experts(experts, file);
        Task[] tasks = new Task[experts.size()];
        for (int i = 0; i < match.length; i++) {
            tasks[match[i]] = file.tasks().get(i);
        }
        for (int i = 0; i < tasks.length; i++) {
            if (tasks[i] == null) {
                throw MergeException.of(
                        ErrorCode.MISMATCH,
                        "no task for expert " + Printable.text(experts.get(i)) + " (got " + match.length
                                + " tasks, expected " + experts.size() + ", one per expert)");
            }
        }
        return tasks;
    }

    private TaskData data(Task task, @Nullable TaskData data, String key) throws MergeException {
        if (data == null) {
            throw file.model()
                    .fault(
                            ErrorCode.MALFORMED,
                            "task " + Printable.text(task.name()) + " has no " + key + " data, which a router needs")
                    .withHint("name it in the task file: " + key + ": {file: ..., ...}");
        }
        return data;
    }

    private static List<Long> counts(List<float[][]> tasks) {
        return tasks.stream().map(task -> (long) task.length).toList();
    }
}
