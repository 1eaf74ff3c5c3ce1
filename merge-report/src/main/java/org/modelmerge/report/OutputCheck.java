package org.modelmerge.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.Shard;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.MergeException;

/// Compares the bytes of an output with the hashes in its report.
final class OutputCheck {
    private final Storage storage;
    private final Checkpoint output;
    private final ReportOfOutput report;
    private final FileHasher hasher;

    OutputCheck(Storage storage, Checkpoint output, ReportOfOutput report, FileHasher hasher) {
        this.storage = storage;
        this.output = output;
        this.report = report;
        this.hasher = hasher;
    }

    List<Finding> findings() throws MergeException {
        if (report.fault() != null) {
            return List.of(Finding.fails(report.file().toString(), report.fault()));
        }
        if (report.contents() == null) {
            return List.of(
                    Finding.unchecked(output.path(), "bytes: there is no report " + report.file() + " with hashes"));
        }
        Map<String, String> hashes = report.contents().sha256();
        Path folder = output.folder();
        if (folder == null) {
            return singleFile(hashes);
        }
        List<Finding> findings = new ArrayList<>();
        Set<String> known = new HashSet<>();
        for (Map.Entry<String, String> entry : hashes.entrySet()) {
            Path file = folder.resolve(SafeName.of(entry.getKey(), report.file()));
            known.add(entry.getKey());
            findings.add(
                    storage.kind(file) == Storage.Kind.FILE
                            ? Finding.compare(file.toString(), "SHA-256", hasher.sha256(file), entry.getValue())
                            : Finding.fails(file.toString(), "the report names this file, and it is missing"));
        }
        for (Shard shard : output.shards()) {
            if (!known.contains(String.valueOf(Path.of(shard.name()).getFileName()))) {
                findings.add(Finding.fails(shard.name(), "the report does not name this file"));
            }
        }
        return findings;
    }

    /// A single file may have been renamed since, so its name plays no part.
    private List<Finding> singleFile(Map<String, String> hashes) throws MergeException {
        if (hashes.size() != 1) {
            return List.of(
                    Finding.fails(report.file().toString(), "hashes of files: got " + hashes.size() + ", expected 1"));
        }
        String expected = hashes.values().iterator().next();
        return List.of(Finding.compare(output.path(), "SHA-256", hasher.sha256(Path.of(output.path())), expected));
    }
}
