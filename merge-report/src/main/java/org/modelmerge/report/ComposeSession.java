package org.modelmerge.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.OutputTransaction;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.Version;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.JsonWriter;
import org.modelmerge.twin.ExclusiveExpert;
import org.modelmerge.twin.TwinComposition;
import org.modelmerge.twin.TwinFolder;
import org.modelmerge.twin.TwinManifest;

/// A whole composition in one call: the checkpoint, its documents and their publication, all or nothing.
public final class ComposeSession {
    /// What a Twin folder has beside the files of an ordinary model.
    private static final List<String> OWN_FILES = List.of(TwinManifest.FILE_NAME, "router.json");

    private final TwinFolder folder;
    private final TwinComposition composition;
    private final Path output;
    private final @Nullable DType dtype;
    private final boolean force;
    private final @Nullable Path report;
    private final boolean reportInside;
    private final Storage storage;

    /// @param output ends in `.safetensors`: one file; else a folder
    /// @param dtype the composition's, null for the shared expert's
    /// @param withReport whether to write a report
    /// @param reportPrefix PREFIX of the report's files, null for the usual place
    public ComposeSession(
            TwinFolder folder,
            TwinComposition composition,
            Path output,
            @Nullable DType dtype,
            boolean force,
            boolean withReport,
            @Nullable Path reportPrefix) {
        this.folder = folder;
        this.composition = composition;
        this.output = output;
        this.dtype = dtype;
        this.force = force;
        this.storage = folder.storage();
        boolean isFile = MergeOrder.isFile(output);
        this.report = !withReport
                ? null
                : reportPrefix != null
                        ? reportPrefix
                        : isFile ? MergeOrder.besideFile(output) : output.resolve(MergeOrder.FOLDER_REPORT);
        this.reportInside = withReport && reportPrefix == null && !isFile;
    }

    /// Where the report ends up: its path without `.html` and `.json`, null for none.
    public @Nullable Path report() {
        return report;
    }

    /// Looks at the outputs and writes nothing.
    ///
    /// @throws MergeException if an output exists, or is a file of the Twin folder
    public void check() throws MergeException {
        boolean isFile = MergeOrder.isFile(output);
        List<Checkpoint> inputs = new ArrayList<>();
        inputs.add(folder.shared());
        folder.experts().stream().map(ExclusiveExpert::file).forEach(inputs::add);
        InputChecks.refuseOutput(storage, inputs, output);
        OutputTransaction.check(storage, output, !isFile, force);
        if (report != null && !reportInside) {
            OutputTransaction.check(storage, MergeSession.withSuffix(report, ".html"), false, force);
            OutputTransaction.check(storage, MergeSession.withSuffix(report, ".json"), false, force);
        }
    }

    /// Composes, writes all documents, and publishes them together.
    ///
    /// @throws MergeException whatever goes wrong; nothing is left behind then
    public ComposeReport run(MergeObserver observer) throws MergeException {
        try (OutputTransaction transaction = OutputTransaction.begin(storage, force)) {
            try {
                ComposeReport done = run(transaction, observer);
                transaction.publish();
                return done;
            } catch (MergeException e) {
                throw transaction.inOutputs(e);
            }
        }
    }

    private ComposeReport run(OutputTransaction transaction, MergeObserver observer) throws MergeException {
        boolean isFile = MergeOrder.isFile(output);
        Path staged = isFile ? transaction.stageFile(output) : transaction.stageFolder(output);
        Path html = null;
        Path json = null;
        if (report != null) {
            html = reportInside
                    ? staged.resolve(MergeOrder.FOLDER_REPORT + ".html")
                    : transaction.stageFile(MergeSession.withSuffix(report, ".html"));
            json = reportInside
                    ? staged.resolve(MergeOrder.FOLDER_REPORT + ".json")
                    : transaction.stageFile(MergeSession.withSuffix(report, ".json"));
        }
        TwinComposition.Outcome done = composition.run(isFile ? staged.resolveSibling("") : staged, observer);
        if (isFile) {
            storage.move(staged.resolveSibling(output.getFileName()), staged);
        } else {
            SideFiles.copyAll(storage, folder.path(), staged, OWN_FILES, dtype);
        }
        ComposeReport result = result(done);
        if (html != null && json != null) {
            SideFiles.write(storage, html, HtmlReport.of(result));
            Map<String, @Nullable Object> document = new LinkedHashMap<>();
            document.put("schema", 1);
            document.putAll(result.document(result.output()));
            SideFiles.write(storage, json, JsonWriter.write(document) + "\n");
        }
        return result;
    }

    private ComposeReport result(TwinComposition.Outcome done) {
        List<Float> weights = new ArrayList<>();
        for (float weight : composition.weights()) {
            weights.add(weight);
        }
        return new ComposeReport(
                Version.text(),
                LastComponent.of(output.toString(), "output"),
                LastComponent.of(folder.path().toString(), "twin"),
                folder.tasks(),
                weights,
                composition.task(),
                done.sha256(),
                done.bytesWritten());
    }
}
