package org.modelmerge.network;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.network.NetworkGradients.TaskSamples;
import org.modelmerge.task.ModelSettings;
import org.modelmerge.task.Task;
import org.modelmerge.task.TaskData;

/// Reads heads and unlabelled samples of the tasks of a file.
final class TaskSamplesReader {
    private final Architecture architecture;
    private final ModelSettings model;
    private final Blueprint blueprint;
    private final WeightSource base;

    TaskSamplesReader(Architecture architecture, ModelSettings model, Blueprint blueprint, WeightSource base) {
        this.architecture = architecture;
        this.model = model;
        this.blueprint = blueprint;
        this.base = base;
    }

    List<TaskSamples> read(List<Task> tasks) throws MergeException {
        List<TaskSamples> all = new ArrayList<>();
        TextTokenizer tokenizer = tokenizer();
        try {
            for (Task task : tasks) {
                try {
                    all.add(new TaskSamples(samples(task.unlabelled(), tokenizer), head(task)));
                } catch (MergeException e) {
                    throw e.inFile(task.unlabelled().file().toString());
                }
            }
        } finally {
            if (tokenizer != null) {
                tokenizer.close();
            }
        }
        return all;
    }

    private @Nullable TextTokenizer tokenizer() throws MergeException {
        if (architecture.kind() == Architecture.Kind.IMAGE) {
            return null;
        }
        return TextTokenizer.open(TaskQuestions.tokenizer(model), blueprint.vocabularySize(), blueprint.longestText());
    }

    private UnlabelledSamples samples(TaskData data, @Nullable TextTokenizer tokenizer) throws MergeException {
        return switch (data) {
            case TaskData.Text text when tokenizer != null -> UnlabelledSamples.Texts.read(text, tokenizer);
            case TaskData.Images images when tokenizer == null -> UnlabelledSamples.Images.read(images);
            case TaskData other ->
                throw MergeException.of(
                        ErrorCode.MISMATCH,
                        "wrong input for " + architecture.name() + " (got "
                                + (other instanceof TaskData.Text ? "texts, expected images" : "images, expected texts")
                                + ")");
        };
    }

    private @Nullable Head head(Task task) throws MergeException {
        org.modelmerge.task.Head file = task.head();
        if (file != null) {
            return Head.read(file.file(), file.prefix(), blueprint.featureCount());
        }
        String prefix = blueprint.classifierPrefix();
        if (prefix == null || !base.shapes().containsKey(prefix + "weight")) {
            throw TaskQuestions.noHead(model, task, "base");
        }
        // Its shape is checked where it is read; that it is a classifier of these features is checked here.
        Head.of(base, prefix, blueprint.featureCount());
        return null;
    }
}
