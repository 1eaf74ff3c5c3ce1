package org.modelmerge.network;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.AnswerSource;
import org.modelmerge.evaluation.Answers;
import org.modelmerge.evaluation.RoutingMatrix;
import org.modelmerge.evaluation.Split;
import org.modelmerge.network.NetworkAnswers.RunOptions;
import org.modelmerge.routing.Routing;
import org.modelmerge.routing.SharesOfTask;
import org.modelmerge.routing.StoredRouter;
import org.modelmerge.routing.TaskMatch;
import org.modelmerge.task.Task;
import org.modelmerge.task.TaskData;
import org.modelmerge.task.TaskFile;
import org.modelmerge.twin.TwinFolder;

/// Answers of Twin folders: each item by the experts that a [Routing] gives it, then the head of the task.
///
/// One folder is open at a time, so ask all tasks of a folder before the next.
public final class TwinAnswers implements AnswerSource {
    private final TaskFile file;
    private final RunOptions options;
    private final Routing routing;
    private final Map<String, SharesOfTask> shares = new LinkedHashMap<>();
    private @Nullable TwinItems open;

    /// Answers to the tasks of a file; opens nothing yet.
    public TwinAnswers(TaskFile file, RunOptions options, Routing routing) {
        this.file = file;
        this.options = options;
        this.routing = routing;
    }

    @Override
    public Answers answers(Path model, Task task, Split split) throws MergeException {
        TaskData data = TaskQuestions.labelled(task, split);
        TwinItems items = open;
        if (items == null || !items.folder().path().equals(model)) {
            close();
            items = TwinItems.open(TwinFolder.open(model), file.model(), options);
            open = items;
        }
        return items.questions()
                .answers(features(items, task), items.network().shared().blueprint(), null, task, data);
    }

    private BatchFeatures features(TwinItems items, Task task) throws MergeException {
        TwinNetwork network = items.network();
        return switch (routing) {
            case Routing.None _ -> network.shared();
            case Routing.Oracle _ -> {
                int expert = expert(items.folder(), task);
                float[] alone = new float[network.tasks().size()];
                alone[expert] = 1;
                yield batches -> network.composed(batches, alone, expert);
            }
            case Routing.Learned learned -> {
                StoredRouter router = items.router();
                int trueTask = items.folder().manifest().hasOracleTensors()
                        ? expert(items.folder(), task)
                        : TwinNetwork.UNKNOWN;
                SharesOfTask mean = new SharesOfTask(network.tasks().size());
                shares.put(task.name(), mean);
                yield batches -> {
                    List<TwinNetwork.Routed> routed = learned.groupRadius() == 0
                            ? network.routed(batches, router, trueTask)
                            : network.grouped(batches, router, learned.groupRadius(), options.batchSize(), trueTask);
                    List<float[][]> features = new ArrayList<>();
                    for (TwinNetwork.Routed batch : routed) {
                        mean.add(batch.shares());
                        features.add(batch.features());
                    }
                    return features;
                };
            }
        };
    }

    private int expert(TwinFolder folder, Task task) throws MergeException {
        int[] experts = TaskMatch.experts(folder.tasks(), file);
        for (int i = 0; i < experts.length; i++) {
            if (file.tasks().get(i).name().equals(task.name())) {
                return experts[i];
            }
        }
        throw new IllegalArgumentException("no task " + task.name());
    }

    /// What the router did with the items of the tasks that were asked so far; no rows for other routings.
    ///
    /// @param experts of the folder that was asked
    /// @throws MergeException `MISMATCH` if the tasks of the file are not those of the experts
    public RoutingMatrix routing(List<String> experts) throws MergeException {
        int[] own = TaskMatch.experts(experts, file);
        List<RoutingMatrix.Row> rows = new ArrayList<>();
        for (int i = 0; i < own.length; i++) {
            String task = file.tasks().get(i).name();
            SharesOfTask sums = shares.get(task);
            if (sums != null) {
                rows.add(sums.row(task, own[i]));
            }
        }
        return new RoutingMatrix(experts, rows);
    }

    @Override
    public void close() {
        if (open != null) {
            open.close();
            open = null;
        }
    }
}
