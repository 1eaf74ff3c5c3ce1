package org.modelmerge.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.AnswerSource;
import org.modelmerge.evaluation.Answers;
import org.modelmerge.evaluation.MergedModel;
import org.modelmerge.evaluation.Split;
import org.modelmerge.network.NetworkAnswers.RunOptions;
import org.modelmerge.task.ModelSettings;
import org.modelmerge.task.Task;

/// Opens the networks at the first question: loading native libraries takes a second, and saved answers need none.
final class LazyAnswers implements AnswerSource {
    private final Networks networks;
    private final ModelSettings settings;
    private final RunOptions options;
    private @Nullable AnswerSource source;

    LazyAnswers(Networks networks, ModelSettings settings, RunOptions options) {
        this.networks = networks;
        this.settings = settings;
        this.options = options;
    }

    @Override
    public Answers answers(Path model, Task task, Split split) throws MergeException {
        return opened().answers(model, task, split);
    }

    @Override
    public Answers answers(MergedModel model, Task task, Split split) throws MergeException {
        return opened().answers(model, task, split);
    }

    private AnswerSource opened() throws MergeException {
        AnswerSource opened = source;
        if (opened == null) {
            opened = networks.open(settings, options);
            source = opened;
        }
        return opened;
    }

    @Override
    public void close() {
        if (source != null) {
            source.close();
        }
    }
}
