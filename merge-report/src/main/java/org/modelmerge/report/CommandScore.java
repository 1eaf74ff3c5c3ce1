package org.modelmerge.report;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.engine.MergeRequest.Hashing;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.ScoreCommand;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.search.CandidateScore;
import org.modelmerge.search.Score;

/// Scores candidates by a foreign command. Each is written whole, as a model folder with all that belongs to it or as
/// one file, and removed when it has been scored.
public final class CommandScore implements CandidateScore {
    private final MergeRequest request;
    private final Path place;
    private final ScoreCommand command;
    private final Consumer<String> errors;
    private final MergeObserver observer;

    /// @param request what to merge; its method is replaced by the candidates
    /// @param place where nothing is, in a folder with room for one merged model; ends in `.safetensors`: one file,
    ///     else a folder. What the command sees lies in a hidden folder beside it
    /// @param errors hears the lines of the command's standard error, from another thread
    /// @param observer hears of the passes of each merge
    public CommandScore(
            MergeRequest request, Path place, ScoreCommand command, Consumer<String> errors, MergeObserver observer) {
        this.request = request.withStatistics(false).withHashing(Hashing.NOTHING);
        this.place = place;
        this.command = command;
        this.errors = errors;
        this.observer = observer;
    }

    @Override
    public Score score(MergeMethod candidate, int number) throws MergeException {
        MergeOrder plain = MergeOrder.of(request.withMethod(candidate), place);
        MergeOrder order = new MergeOrder(plain.merge(), place, false, false, null, null, null);
        try (MergeSession session = MergeSession.open(order)) {
            return session.runUnpublished(observer, model -> new Score(command.score(model, errors), Map.of()));
        }
    }

    @Override
    public void close() {}
}
