package org.modelmerge.report;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.OutputTransaction;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.error.MergeException;
import org.modelmerge.extraction.ExtractionOutcome;
import org.modelmerge.extraction.ExtractionRequest;
import org.modelmerge.extraction.LoraExtraction;
import org.modelmerge.json.JsonWriter;

/// A whole extraction in one call: the adapter's folder, its report and their publication, all or nothing.
public final class ExtractionSession {
    private ExtractionSession() {}

    /// Extracts an adapter.
    ///
    /// @param report PREFIX of PREFIX.html and PREFIX.json, null for no report
    /// @throws MergeException whatever goes wrong; nothing is left behind then
    public static ExtractionOutcome run(ExtractionRequest request, @Nullable Path report, MergeObserver observer)
            throws MergeException {
        Storage storage = request.models().storage();
        try (LoraExtraction extraction = LoraExtraction.open(request);
                OutputTransaction transaction = OutputTransaction.begin(storage, request.force())) {
            try {
                Path folder = transaction.stageFolder(request.output());
                Path html = report == null ? null : stage(extraction, transaction, report, ".html");
                Path json = report == null ? null : stage(extraction, transaction, report, ".json");
                ExtractionOutcome outcome = extraction.run(folder, observer);
                if (html != null && json != null) {
                    SideFiles.write(storage, html, HtmlReport.of(request, outcome));
                    String output = LastComponent.of(request.output().toString(), "output");
                    SideFiles.write(
                            storage, json, JsonWriter.write(ExtractionJson.document(request, outcome, output)) + "\n");
                }
                transaction.publish();
                return outcome;
            } catch (MergeException e) {
                throw transaction.inOutputs(e);
            }
        }
    }

    private static Path stage(LoraExtraction extraction, OutputTransaction transaction, Path prefix, String suffix)
            throws MergeException {
        Path file = MergeSession.withSuffix(prefix, suffix);
        InputChecks.refuseOutput(extraction.storage(), extraction.inputs(), file);
        return transaction.stageFile(file);
    }
}
