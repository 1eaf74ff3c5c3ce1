package org.modelmerge.network;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.evaluation.AnswerSource;
import org.modelmerge.evaluation.Answers;
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
    private @Nullable Network network;
    private @Nullable TextTokenizer tokenizer;
    private @Nullable Head ownHead;
    private @Nullable Path loaded;

    /// Answers of networks of one architecture; opens nothing yet.
    ///
    /// @throws MergeException `MALFORMED` for an architecture that does not exist, or texts without a tokenizer
    public NetworkAnswers(ModelSettings settings, RunOptions options) throws MergeException {
        this.architecture = Architectures.named(settings.architecture());
        this.settings = settings;
        this.options = options;
        if (architecture.kind() == Architecture.Kind.TEXT && settings.tokenizer() == null) {
            throw MergeException.of(
                            ErrorCode.MALFORMED, "missing key model.tokenizer, which " + architecture.name() + " needs")
                    .withHint("name the tokenizer.json of the base model");
        }
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
        TaskData data = data(task, split);
        Network ready = load(model);
        try {
            Head head = head(task, ready.blueprint());
            return switch (data) {
                case TaskData.Text text -> TextAnswers.of(features(ready), text, task, head);
                case TaskData.Images images ->
                    ImageAnswers.of(new ImageFeatures(ready, options.batchSize()), images, task, head);
            };
        } catch (MergeException e) {
            throw e.inFile(data.file().toString());
        }
    }

    private static TaskData data(Task task, Split split) throws MergeException {
        TaskData data =
                switch (split) {
                    case TEST -> task.test();
                    case VALIDATION -> task.validation();
                    case TRAIN -> task.train();
                    case UNLABELLED -> throw new IllegalArgumentException("answers without labels");
                };
        if (data == null) {
            throw MergeException.of(
                    ErrorCode.MALFORMED,
                    "task " + Printable.text(task.name()) + " names no data to use for " + split.name());
        }
        return data;
    }

    /// The network with the weights of a model.
    private Network load(Path model) throws MergeException {
        Network open = network;
        if (open != null && model.equals(loaded)) {
            return open;
        }
        loaded = null;
        try (CheckpointWeights weights = CheckpointWeights.open(model, settings.frozen())) {
            NetworkSettings wanted = new NetworkSettings(settings.pooling(), maxLength(), weights.config());
            if (open != null && open.isBlueprintOf(architecture, weights, wanted)) {
                open.load(weights);
            } else {
                close();
                open = Network.open(architecture, weights, wanted, options.threads(), options.listener());
                network = open;
            }
            ownHead = ownHead(weights, open.blueprint());
        }
        loaded = model;
        return open;
    }

    /// A task file without max-length has its default, which stands for as much as the network reads.
    private int maxLength() {
        return settings.maxLength() == ModelSettings.DEFAULT_MAX_LENGTH ? 0 : settings.maxLength();
    }

    private static @Nullable Head ownHead(WeightSource weights, Blueprint blueprint) throws MergeException {
        String prefix = blueprint.classifierPrefix();
        return prefix != null && weights.shapes().containsKey(prefix + "weight")
                ? Head.of(weights, prefix, blueprint.featureCount())
                : null;
    }

    private Head head(Task task, Blueprint blueprint) throws MergeException {
        org.modelmerge.task.Head file = task.head();
        if (file != null) {
            return Head.read(file.file(), file.prefix(), blueprint.featureCount());
        }
        if (ownHead != null) {
            return ownHead;
        }
        throw MergeException.of(
                        ErrorCode.MISMATCH,
                        "task " + Printable.text(task.name()) + " has no head, and the model no classifier of its own")
                .withHint("name the task's head in the task file: head: {file: ..., prefix: ...}");
    }

    private TextFeatures features(Network ready) throws MergeException {
        TextTokenizer open = tokenizer;
        Path file = settings.tokenizer();
        if (open == null) {
            if (file == null) {
                throw MergeException.of(
                        ErrorCode.MISMATCH, architecture.name() + " reads images (got texts, expected images)");
            }
            Blueprint blueprint = ready.blueprint();
            open = TextTokenizer.open(file, blueprint.vocabularySize(), blueprint.longestText());
            tokenizer = open;
        }
        return new TextFeatures(ready, open, options.batchSize());
    }

    /// Frees the network; libtorch itself stays loaded until the process ends.
    @Override
    public void close() {
        if (tokenizer != null) {
            tokenizer.close();
            tokenizer = null;
        }
        if (network != null) {
            network.close();
            network = null;
        }
        loaded = null;
    }
}
