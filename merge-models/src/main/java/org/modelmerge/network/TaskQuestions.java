package org.modelmerge.network;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.data.IdxImages;
import org.modelmerge.data.ImageBatch;
import org.modelmerge.data.TextRow;
import org.modelmerge.data.TsvReader;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.evaluation.Answers;
import org.modelmerge.evaluation.Split;
import org.modelmerge.network.NetworkAnswers.RunOptions;
import org.modelmerge.task.ModelSettings;
import org.modelmerge.task.Task;
import org.modelmerge.task.TaskData;

/// The items of task files, asked of whatever computes features: texts through a tokenizer, images as they are.
final class TaskQuestions implements AutoCloseable {
    private static final int TEXT_WINDOW = 4096;
    private static final int IMAGE_WINDOW_BATCHES = 16;

    private final Architecture architecture;
    private final ModelSettings settings;
    private final RunOptions options;
    private @Nullable TokenizedTexts texts;

    /// @throws MergeException `MALFORMED` for an architecture that does not exist, or texts without a tokenizer
    TaskQuestions(ModelSettings settings, RunOptions options) throws MergeException {
        this.architecture = Architectures.of(settings);
        this.settings = settings;
        this.options = options;
        if (architecture.kind() == Architecture.Kind.TEXT) {
            tokenizer(settings);
        }
    }

    /// The network of all tasks.
    Architecture architecture() {
        return architecture;
    }

    /// How the task file wants the network built. A file without max-length has its default, which stands for as much
    /// as the network reads.
    NetworkSettings networkSettings(ModelConfig config) {
        return networkSettings(settings, config);
    }

    /// The tokenizer of a network that reads tokens.
    ///
    /// @throws MergeException `MALFORMED` if the task file names none
    static Path tokenizer(ModelSettings settings) throws MergeException {
        Path tokenizer = settings.tokenizer();
        if (tokenizer == null) {
            throw settings.fault(
                            ErrorCode.MALFORMED,
                            "missing key model.tokenizer, which " + settings.architecture() + " needs")
                    .withHint("name the tokenizer.json of the base model");
        }
        return tokenizer;
    }

    static NetworkSettings networkSettings(ModelSettings settings, ModelConfig config) {
        int maxLength = settings.maxLength() == ModelSettings.DEFAULT_MAX_LENGTH ? 0 : settings.maxLength();
        return new NetworkSettings(settings.pooling(), maxLength, config);
    }

    /// The labelled items of a split.
    ///
    /// @throws MergeException `MALFORMED` if the task names none
    static TaskData labelled(Task task, Split split) throws MergeException {
        if (split == Split.UNLABELLED) {
            throw new IllegalArgumentException("answers without labels");
        }
        return split.of(task);
    }

    /// The answers to labelled items.
    ///
    /// @param own the classifier of the model itself, or null
    Answers answers(BatchFeatures network, Blueprint blueprint, @Nullable Head own, Task task, TaskData data)
            throws MergeException {
        Head head = head(task, blueprint, own);
        try {
            return switch (data) {
                case TaskData.Text text -> {
                    TokenizedTexts items = texts(blueprint);
                    yield TextAnswers.of(features(network, items), items, text, task, head);
                }
                case TaskData.Images images ->
                    ImageAnswers.of(new ImageFeatures(network, options.batchSize()), images, task, head);
            };
        } catch (MergeException e) {
            throw e.inFile(data.file().toString());
        }
    }

    private Head head(Task task, Blueprint blueprint, @Nullable Head own) throws MergeException {
        org.modelmerge.task.Head file = task.head();
        if (file != null) {
            Head head = Head.read(file.file(), file.prefix(), blueprint.featureCount());
            try {
                checkLabels(task, head);
            } catch (MergeException e) {
                throw e.inFile(file.file().toString());
            }
            return head;
        }
        if (own != null) {
            try {
                checkLabels(task, own);
            } catch (MergeException e) {
                throw settings.named(e);
            }
            return own;
        }
        throw noHead(settings, task, "model");
    }

    /// The refusal of a task whose head is nowhere.
    ///
    /// @param owner of weights that could have had a classifier
    static MergeException noHead(ModelSettings settings, Task task, String owner) {
        return settings.fault(
                        ErrorCode.MISMATCH,
                        "task " + Printable.text(task.name()) + " has no head, and the " + owner
                                + " no classifier of its own")
                .withHint("name the task's head in the task file: head: {file: ..., prefix: ...}");
    }

    private static void checkLabels(Task task, Head head) throws MergeException {
        if (!task.labels().isEmpty() && task.labels().size() != head.classCount()) {
            throw MergeException.of(
                    ErrorCode.MISMATCH,
                    "wrong number of labels for the head of task " + Printable.text(task.name()) + " (got "
                            + task.labels().size() + ", expected " + head.classCount() + ")");
        }
    }

    /// The features of items, labelled or not.
    ///
    /// @param most items to take, the first of the data
    /// @return `[items][d]`
    float[][] features(BatchFeatures network, Blueprint blueprint, TaskData data, int most) throws MergeException {
        try {
            return switch (data) {
                case TaskData.Text text -> textFeatures(features(network, texts(blueprint)), text, most);
                case TaskData.Images images ->
                    imageFeatures(new ImageFeatures(network, options.batchSize()), images, most);
            };
        } catch (MergeException e) {
            throw e.inFile(data.file().toString());
        }
    }

    private static float[][] textFeatures(TextFeatures network, TaskData.Text data, int most) throws MergeException {
        List<float[]> features = new ArrayList<>();
        try (TsvReader reader = TsvReader.open(data.file(), data.text(), null, data.rows()::contains)) {
            List<String> window = new ArrayList<>();
            TextRow row = reader.next();
            while (row != null && features.size() + window.size() < most) {
                window.add(row.text());
                row = reader.next();
                if (window.size() == TEXT_WINDOW) {
                    features.addAll(Arrays.asList(network.of(window)));
                    window.clear();
                }
            }
            features.addAll(Arrays.asList(network.of(window)));
        }
        return features.toArray(float[][]::new);
    }

    private static float[][] imageFeatures(ImageFeatures network, TaskData.Images data, int most)
            throws MergeException {
        List<float[]> features = new ArrayList<>();
        int window = IMAGE_WINDOW_BATCHES * network.batchSize();
        try (IdxImages images = IdxImages.open(data.images(), data.rows()::contains)) {
            while (features.size() < most) {
                ImageBatch some = images.next(Math.min(window, most - features.size()));
                if (some == null) {
                    break;
                }
                features.addAll(Arrays.asList(network.of(some)));
            }
        }
        return features.toArray(float[][]::new);
    }

    private TextFeatures features(BatchFeatures network, TokenizedTexts items) {
        return new TextFeatures(network, items.tokenizer(), options.batchSize());
    }

    private TokenizedTexts texts(Blueprint blueprint) throws MergeException {
        TokenizedTexts open = texts;
        if (open == null) {
            if (settings.tokenizer() == null) {
                throw MergeException.of(
                        ErrorCode.MISMATCH, architecture.name() + " reads images (got texts, expected images)");
            }
            open = new TokenizedTexts(
                    TextTokenizer.open(settings.tokenizer(), blueprint.vocabularySize(), blueprint.longestText()));
            texts = open;
        }
        return open;
    }

    @Override
    public void close() {
        if (texts != null) {
            texts.tokenizer().close();
            texts = null;
        }
    }
}
