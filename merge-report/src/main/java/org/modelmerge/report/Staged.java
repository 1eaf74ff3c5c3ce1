package org.modelmerge.report;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.OutputTransaction;
import org.modelmerge.error.MergeException;

/// Where the outputs are built before they are published.
///
/// @param output the model: a file to be created, or an existing folder
/// @param weights the folder in which the engine writes
/// @param html the report's page, null for none
/// @param json the report's data, null for none
/// @param recipe the recipe beside the output, null for none
/// @param coefficients the table of coefficients beside the output, null for none
record Staged(
        Path output,
        Path weights,
        @Nullable Path html,
        @Nullable Path json,
        @Nullable Path recipe,
        @Nullable Path coefficients) {
    /// Reserves all outputs of an order.
    static Staged in(OutputTransaction transaction, MergeOrder order) throws MergeException {
        boolean isFile = order.isFile();
        Path output = isFile ? transaction.stageFile(order.output()) : transaction.stageFolder(order.output());
        // A staged file has a folder of its own, so the engine's file names meet nothing there.
        Path weights = isFile ? output.resolveSibling("") : output;
        Path beside = order.reportBeside();
        Path html = null;
        Path json = null;
        if (beside != null) {
            html = transaction.stageFile(MergeSession.withSuffix(beside, ".html"));
            json = transaction.stageFile(MergeSession.withSuffix(beside, ".json"));
        } else if (order.report()) {
            html = output.resolve(MergeOrder.FOLDER_REPORT + ".html");
            json = output.resolve(MergeOrder.FOLDER_REPORT + ".json");
        }
        return new Staged(
                output,
                weights,
                html,
                json,
                stage(transaction, order.recipe()),
                stage(transaction, order.coefficients()));
    }

    private static @Nullable Path stage(OutputTransaction transaction, @Nullable Path target) throws MergeException {
        return target == null ? null : transaction.stageFile(target);
    }
}
