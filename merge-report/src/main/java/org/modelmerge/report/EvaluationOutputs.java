package org.modelmerge.report;

import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.OutputTransaction;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.ModelAnswers;
import org.modelmerge.evaluation.Predictions;

/// The files of an evaluation: reserved before the work, published together after it, or not at all.
public final class EvaluationOutputs implements AutoCloseable {
    private final Storage storage;
    private final OutputTransaction transaction;
    private final @Nullable Path html;
    private final @Nullable Path json;
    private final @Nullable Path predictions;

    private EvaluationOutputs(
            Storage storage,
            OutputTransaction transaction,
            @Nullable Path html,
            @Nullable Path json,
            @Nullable Path predictions) {
        this.storage = storage;
        this.transaction = transaction;
        this.html = html;
        this.json = json;
        this.predictions = predictions;
    }

    /// Reserves outputs.
    ///
    /// @param report PREFIX of PREFIX.html and PREFIX.json, null for no report
    /// @param predictions where the answers are saved, null for nowhere
    /// @param force whether existing files are replaced
    /// @throws MergeException `OUTPUT_EXISTS` and whatever else keeps the files from being written
    public static EvaluationOutputs reserve(
            Storage storage, @Nullable Path report, @Nullable Path predictions, boolean force) throws MergeException {
        OutputTransaction transaction = OutputTransaction.begin(storage, force);
        try {
            return new EvaluationOutputs(
                    storage,
                    transaction,
                    report == null ? null : transaction.stageFile(MergeSession.withSuffix(report, ".html")),
                    report == null ? null : transaction.stageFile(MergeSession.withSuffix(report, ".json")),
                    predictions == null ? null : transaction.stageFile(predictions));
        } catch (MergeException | RuntimeException | Error e) {
            transaction.close();
            throw e;
        }
    }

    /// Writes and publishes what was reserved.
    ///
    /// @param answers all that were given, for the saved predictions
    public void publish(EvaluationReport report, List<ModelAnswers> answers) throws MergeException {
        if (html != null && json != null) {
            SideFiles.write(storage, html, HtmlReport.of(report));
            SideFiles.write(storage, json, EvaluationJson.of(report, UnaryOperator.identity()));
        }
        if (predictions != null) {
            SideFiles.write(storage, predictions, Predictions.write(answers));
        }
        transaction.publish();
    }

    /// Releases what was reserved and not published.
    @Override
    public void close() throws MergeException {
        transaction.close();
    }
}
