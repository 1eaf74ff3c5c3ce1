package org.modelmerge.report;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// The JSON report that belongs to an output.
///
/// @param file where it is, or would be
/// @param contents null if there is none, or none that can be read
/// @param fault why it cannot be read, null if it can or is absent
record ReportOfOutput(
        Path file,
        ReportReader.@Nullable Contents contents,
        @Nullable String fault) {

    /// Looks for the report where the order says, or where a merge puts it.
    ///
    /// @throws MergeException if it cannot be read from the storage
    static ReportOfOutput find(Verification.Order order, Checkpoint output) throws MergeException {
        return find(order, usualPrefix(order.output(), output));
    }

    /// The same, for an output whose report usually is `usualPrefix.json`.
    static ReportOfOutput find(Verification.Order order, Path usualPrefix) throws MergeException {
        Path prefix = order.reportPrefix();
        Path file = MergeSession.withSuffix(prefix != null ? prefix : usualPrefix, ".json");
        if (order.storage().kind(file) == Storage.Kind.ABSENT) {
            if (prefix != null) {
                throw MergeException.of(ErrorCode.NOT_FOUND, "no such file").inFile(file.toString());
            }
            return new ReportOfOutput(file, null, null);
        }
        try {
            return new ReportOfOutput(file, ReportReader.read(SideFiles.read(order.storage(), file)), null);
        } catch (MergeException e) {
            if (e.code().exitCode() != ErrorCode.MALFORMED.exitCode()) {
                throw e;
            }
            return new ReportOfOutput(file, null, String.valueOf(e.getMessage()));
        }
    }

    private static Path usualPrefix(Path path, Checkpoint output) {
        Path folder = output.folder();
        return folder != null ? folder.resolve(MergeOrder.FOLDER_REPORT) : MergeOrder.besideFile(path);
    }
}
