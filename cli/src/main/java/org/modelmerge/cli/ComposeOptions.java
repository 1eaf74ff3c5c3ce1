package org.modelmerge.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Coefficients;
import org.modelmerge.network.NetworkAnswers.RunOptions;
import org.modelmerge.network.TwinItems;
import org.modelmerge.routing.SharesOfTask;
import org.modelmerge.task.Task;
import org.modelmerge.task.TaskFile;
import org.modelmerge.twin.RoutingWeights;
import org.modelmerge.twin.TwinFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// How much of each exclusive expert enters.
@Command(optionListHeading = "Weights")
final class ComposeOptions {
    @Option(names = "--weights", paramLabel = "W1,W2,...", description = "one weight per task, taken as given")
    @Nullable
    String weights;

    @Option(names = "--logits", paramLabel = "L1,L2,...", description = "one logit per task; softmax gives the weights")
    @Nullable
    String logits;

    @Option(
            names = "--task",
            paramLabel = "NAME",
            description = "whose biases are taken, where the folder was extracted with --biases oracle")
    @Nullable
    String task;

    @Option(
            names = "--tasks",
            paramLabel = "FILE",
            description = "task file: the mean of what the router gives to its samples (unlabelled, else test inputs)")
    @Nullable
    String tasks;

    /// Refuses none, and more than one way to say the weights.
    void check() throws MergeException {
        int given = (weights == null ? 0 : 1) + (logits == null ? 0 : 1) + (tasks == null ? 0 : 1);
        if (given != 1) {
            throw MergeException.of(
                    ErrorCode.USAGE,
                    given == 0
                            ? "give --weights, --logits or --tasks"
                            : "--weights, --logits and --tasks exclude each other");
        }
    }

    /// The weights, one per task.
    ///
    /// @param folder the Twin folder
    float[] weights(Talk talk, Path folder) throws MergeException {
        String text = weights != null ? weights : logits;
        if (text == null) {
            return meanRouting(folder, TwinTrainRouterCommand.taskFile(talk, tasks));
        }
        String[] parts = text.split(",", -1);
        float[] numbers = new float[parts.length];
        for (int i = 0; i < parts.length; i++) {
            numbers[i] = Coefficients.number(parts[i], weights != null ? "--weights" : "--logits");
        }
        return weights != null ? numbers : RoutingWeights.softmax(numbers);
    }

    private static float[] meanRouting(Path folder, TaskFile file) throws MergeException {
        try (TwinItems items = TwinItems.open(TwinFolder.open(folder), file.model(), RunOptions.DEFAULT)) {
            items.router();
            SharesOfTask sums = new SharesOfTask(items.folder().tasks().size());
            for (Task task : file.tasks()) {
                sums.add(items.shares(task.unlabelled(), Integer.MAX_VALUE));
            }
            double[] mean = sums.mean();
            float[] rounded = new float[mean.length];
            for (int i = 0; i < mean.length; i++) {
                rounded[i] = (float) mean[i];
            }
            return rounded;
        }
    }
}
