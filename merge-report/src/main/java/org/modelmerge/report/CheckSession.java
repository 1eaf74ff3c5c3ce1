package org.modelmerge.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.OutputTransaction;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.engine.MergeJob;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.engine.MergeResult;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// Measures the weights of models without merging them, and writes what it finds.
public final class CheckSession {
    private CheckSession() {}

    /// The answer, also when it is no.
    ///
    /// @param report what was found
    /// @param refusal why the models cannot be merged, null if they can
    public record Outcome(CheckReport report, @Nullable MergeException refusal) {}

    /// Checks and writes PREFIX.html and PREFIX.json.
    ///
    /// @param request what a merge would take; its method plays no part
    /// @param prefix where the report goes
    /// @param force whether existing reports are replaced
    /// @throws MergeException if the models or the report cannot be read or written; models that cannot be merged
    ///     are an outcome
    public static Outcome run(MergeRequest request, Path prefix, boolean force, String version, MergeObserver observer)
            throws MergeException {
        Storage storage = request.storage();
        try (OutputTransaction transaction = OutputTransaction.begin(storage, force)) {
            Path html = transaction.stageFile(MergeSession.withSuffix(prefix, ".html"));
            Path json = transaction.stageFile(MergeSession.withSuffix(prefix, ".json"));
            Outcome outcome = outcome(request, version, observer);
            SideFiles.write(storage, html, HtmlReport.of(outcome.report()));
            SideFiles.write(storage, json, JsonReport.of(outcome.report()));
            transaction.publish();
            return outcome;
        }
    }

    private static Outcome outcome(MergeRequest request, String version, MergeObserver observer) throws MergeException {
        try (MergeJob job = MergeJob.open(request)) {
            List<String> warnings = InputChecks.of(request.storage(), job.inputs());
            MergeResult measured = MergeSession.withWarnings(warnings, job.measure(observer));
            return new Outcome(CheckReport.of(job.plan(), measured), null);
        } catch (MergeException e) {
            if (e.code().exitCode() != ErrorCode.MISMATCH.exitCode()) {
                throw e;
            }
            return new Outcome(CheckReport.refused(version, String.valueOf(e.getMessage()), mismatches(request)), e);
        }
    }

    /// What keeps each expert from being merged, by itself.
    private static List<CheckReport.Expert> mismatches(MergeRequest request) throws MergeException {
        List<CheckReport.Expert> experts = new ArrayList<>();
        for (Path expert : request.experts()) {
            experts.add(new CheckReport.Expert(
                    LastComponent.of(expert.toString(), "expert"),
                    "",
                    "not measured",
                    MergeJob.mismatches(request.withExperts(List.of(expert)))));
        }
        return experts;
    }
}
