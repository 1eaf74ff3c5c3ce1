package org.modelmerge.search;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.engine.ResultTensors;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.evaluation.AnswerSource;
import org.modelmerge.evaluation.Answers;
import org.modelmerge.evaluation.MergedModel;
import org.modelmerge.evaluation.Split;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.task.Task;

/// Scores candidates by the mean of their accuracies on the tasks of a task file, without a file for any of them.
public final class TaskScore implements CandidateScore {
    private final CandidateModels models;
    private final AnswerSource source;
    private final List<Task> tasks;
    private final Split split;

    /// @param request what to merge; its method is replaced by the candidates
    /// @param source stays the caller's to close
    /// @param split [Split#VALIDATION], or [Split#TEST] for whoever means to tune on test data
    /// @param observer hears of the passes of each merge
    public TaskScore(MergeRequest request, AnswerSource source, List<Task> tasks, Split split, MergeObserver observer) {
        this.models = new CandidateModels(request, observer);
        this.source = source;
        this.tasks = List.copyOf(tasks);
        this.split = split;
    }

    @Override
    public Score score(MergeMethod candidate, int number) throws MergeException {
        return models.with(candidate, (tensors, base) -> score(tensors, base, number));
    }

    private Score score(ResultTensors tensors, Checkpoint base, int number) throws MergeException {
        Path folder = base.folder();
        MergedModel model = new MergedModel("candidate " + number, tensors, folder);
        Map<String, Double> accuracies = new LinkedHashMap<>();
        double sum = 0;
        for (Task task : tasks) {
            Answers answers = source.answers(model, task, split);
            if (answers.total() == 0) {
                throw MergeException.of(
                        ErrorCode.MALFORMED,
                        "no items to score task " + Printable.text(task.name()) + " by (got 0, expected 1 or more)");
            }
            accuracies.put(task.name(), answers.accuracy());
            sum += answers.accuracy();
        }
        return new Score(sum / tasks.size(), accuracies);
    }

    @Override
    public void close() {
        models.close();
    }
}
