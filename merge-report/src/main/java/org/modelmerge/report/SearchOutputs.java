package org.modelmerge.report;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.OutputTransaction;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.MergeException;
import org.modelmerge.search.SearchResult;

/// The report of a search: reserved before the work, published together after it, or not at all.
public final class SearchOutputs implements AutoCloseable {
    private final Storage storage;
    private final OutputTransaction transaction;
    private final @Nullable Path html;
    private final @Nullable Path json;

    private SearchOutputs(Storage storage, OutputTransaction transaction, @Nullable Path html, @Nullable Path json) {
        this.storage = storage;
        this.transaction = transaction;
        this.html = html;
        this.json = json;
    }

    /// Reserves the report.
    ///
    /// @param report PREFIX of PREFIX.html and PREFIX.json, null for no report
    /// @param force whether existing files are replaced
    /// @throws MergeException `OUTPUT_EXISTS` and whatever else keeps the files from being written
    public static SearchOutputs reserve(Storage storage, @Nullable Path report, boolean force) throws MergeException {
        OutputTransaction transaction = OutputTransaction.begin(storage, force);
        try {
            return new SearchOutputs(
                    storage,
                    transaction,
                    report == null ? null : transaction.stageFile(MergeSession.withSuffix(report, ".html")),
                    report == null ? null : transaction.stageFile(MergeSession.withSuffix(report, ".json")));
        } catch (MergeException | RuntimeException | Error e) {
            transaction.close();
            throw e;
        }
    }

    /// Writes and publishes what was reserved.
    ///
    /// @param output what was merged with the best values, null if nothing was
    public void publish(SearchResult result, @Nullable Path output) throws MergeException {
        if (html != null && json != null) {
            SideFiles.write(storage, html, HtmlReport.of(result));
            Path name = output == null ? null : output.getFileName();
            SideFiles.write(storage, json, SearchJson.of(result, name == null ? null : name.toString()));
        }
        transaction.publish();
    }

    /// Releases what was reserved and not published.
    @Override
    public void close() throws MergeException {
        transaction.close();
    }
}
