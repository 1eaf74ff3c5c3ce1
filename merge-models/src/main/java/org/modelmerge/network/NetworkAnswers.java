package org.modelmerge.network;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.AnswerSource;
import org.modelmerge.evaluation.Answers;
import org.modelmerge.evaluation.MergedModel;
import org.modelmerge.evaluation.Split;
import org.modelmerge.task.ModelSettings;
import org.modelmerge.task.Task;
import org.modelmerge.task.TaskData;

/// Answers of networks: features of each item, then the head of the task.
///
/// One network is open at a time and gets the weights of one model after the other, so ask all tasks of a model
/// before the next model. libtorch starts with the first question.
public final class NetworkAnswers implements AnswerSource {
    private final Architecture architecture;
    private final ModelSettings settings;
    private final RunOptions options;
    private final TaskQuestions questions;
    private @Nullable Network network;
    private @Nullable Head ownHead;
    private @Nullable Object loaded;

    /// Answers of networks of one architecture; opens nothing yet.
    ///
    /// @throws MergeException `MALFORMED` for an architecture that does not exist, or texts without a tokenizer
    public NetworkAnswers(ModelSettings settings, RunOptions options) throws MergeException {
        this.questions = new TaskQuestions(settings, options);
        this.architecture = questions.architecture();
        this.settings = settings;
        this.options = options;
    }

    /// How answers are computed; none of it changes an answer beyond rounding in the seventh digit.
    ///
    /// @param threads batches computed side by side, from 1
    /// @param batchSize items a batch, from 1
    /// @param listener hears of every batch
    public record RunOptions(int threads, int batchSize, ItemListener listener) {
        /// All processors, and batches of 32: larger ones gained nothing on two cores.
        public static final RunOptions DEFAULT =
                new RunOptions(Runtime.getRuntime().availableProcessors(), 32);

        /// Options that nobody listens to.
        public RunOptions(int threads, int batchSize) {
            this(threads, batchSize, ItemListener.NONE);
        }

        /// Refuses numbers below 1.
        public RunOptions {
            if (threads < 1 || batchSize < 1) {
                throw new IllegalArgumentException(threads + " threads, batches of " + batchSize);
            }
        }
    }

    @Override
    public Answers answers(Path model, Task task, Split split) throws MergeException {
        TaskData data = TaskQuestions.labelled(task, split);
        Network ready = load(model);
        return questions.answers(ready, ready.blueprint(), ownHead, task, data);
    }

    @Override
    public Answers answers(MergedModel model, Task task, Split split) throws MergeException {
        TaskData data = TaskQuestions.labelled(task, split);
        Network ready = load(model);
        return questions.answers(ready, ready.blueprint(), ownHead, task, data);
    }

    /// The network with the weights of a model.
    private Network load(Path model) throws MergeException {
        Network open = network;
        if (open != null && model.equals(loaded)) {
            return open;
        }
        try (CheckpointWeights weights = CheckpointWeights.open(model, settings.frozen())) {
            return load(model, weights, weights.config());
        }
    }

    /// The network with the weights of a merge.
    private Network load(MergedModel model) throws MergeException {
        Network open = network;
        if (open != null && model.equals(loaded)) {
            return open;
        }
        try (MergedWeights weights = MergedWeights.open(model.name(), model.tensors(), settings.frozen())) {
            Path folder = model.folder();
            ModelConfig own = folder == null ? ModelConfig.NONE : ModelConfig.ofFolder(folder);
            return load(model, weights, own.members().isEmpty() ? weights.frozenConfig() : own);
        }
    }

    private Network load(Object model, WeightSource weights, ModelConfig config) throws MergeException {
        loaded = null;
        Network open = network;
        NetworkSettings wanted = questions.networkSettings(config);
        if (open != null && open.isBlueprintOf(architecture, weights, wanted)) {
            open.load(weights);
        } else {
            close();
            open = Network.open(architecture, weights, wanted, options.threads(), options.listener());
            network = open;
        }
        ownHead = ownHead(weights, open.blueprint());
        loaded = model;
        return open;
    }

    private static @Nullable Head ownHead(WeightSource weights, Blueprint blueprint) throws MergeException {
        String prefix = blueprint.classifierPrefix();
        return prefix != null && weights.shapes().containsKey(prefix + "weight")
                ? Head.of(weights, prefix, blueprint.featureCount())
                : null;
    }

    /// Frees the network; libtorch itself stays loaded until the process ends.
    @Override
    public void close() {
        questions.close();
        if (network != null) {
            network.close();
            network = null;
        }
        loaded = null;
    }
}
