package org.modelmerge.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.twin.TwinFolder;
import org.modelmerge.twin.TwinManifest;
import org.modelmerge.twin.TwinManifest.Expert;
import org.modelmerge.twin.TwinManifest.Part;

/// Holds a Twin folder against its `twin.json` and its report, and inputs against what its shared expert's header says.
final class TwinVerification {
    /// Faults of the folder itself; all others are of the machine.
    private static final Set<ErrorCode> FAULTS =
            Set.of(ErrorCode.MALFORMED, ErrorCode.UNSUPPORTED_FORMAT, ErrorCode.MISMATCH, ErrorCode.NOT_FOUND);

    private final Verification.Order order;
    private final Storage storage;
    private final MergeObserver observer;

    TwinVerification(Verification.Order order, MergeObserver observer) {
        this.order = order;
        this.storage = order.storage();
        this.observer = observer;
    }

    /// All findings: what the folder's files are, then what the inputs are.
    ///
    /// @throws MergeException `USAGE` if values are to be recomputed; if files cannot be read
    List<Finding> findings() throws MergeException {
        if (order.sample() != null) {
            throw MergeException.of(
                            ErrorCode.USAGE,
                            "--recompute merges a sample of one model again (got a Twin folder, expected a merged"
                                    + " model)")
                    .inFile(order.output().toString())
                    .withHint("extract again: the same inputs give the same bytes");
        }
        List<Finding> findings = new ArrayList<>();
        try (TwinFolder folder = TwinFolder.open(storage, order.output())) {
            TwinManifest manifest = folder.manifest();
            findings.add(Finding.holds(
                    order.output().toString(),
                    "a well-formed Twin folder, " + manifest.experts().size() + " tasks"));
            ReportOfOutput report = ReportOfOutput.find(order, order.output().resolve(MergeOrder.FOLDER_REPORT));
            FileHasher hasher = new FileHasher(storage, observer);
            findings.addAll(files(manifest, report, hasher));
            findings.addAll(
                    manifest.sharedSource() == null
                            ? new InputCheck(order, folder.shared(), report.contents(), hasher).findings()
                            : List.of(Finding.unchecked(
                                    order.output().toString(),
                                    "inputs: a finished merge was given as the shared expert")));
        } catch (MergeException e) {
            if (!findings.isEmpty() || !FAULTS.contains(e.code())) {
                throw e;
            }
            findings.add(Finding.fails(order.output().toString(), String.valueOf(e.getMessage())));
        }
        return List.copyOf(findings);
    }

    private List<Finding> files(TwinManifest manifest, ReportOfOutput report, FileHasher hasher) throws MergeException {
        List<Finding> findings = new ArrayList<>();
        Map<String, String> hashes = new LinkedHashMap<>();
        parts(manifest).forEach(part -> hashes.put(part.file(), part.sha256()));
        if (report.fault() != null) {
            findings.add(Finding.fails(report.file().toString(), report.fault()));
        } else if (report.contents() == null) {
            findings.add(Finding.unchecked(
                    order.output().toString(), "other files: there is no report " + report.file() + " with hashes"));
        } else {
            report.contents().sha256().forEach((file, hash) -> {
                String known = hashes.putIfAbsent(file, hash);
                if (known != null && !known.equals(hash)) {
                    findings.add(Finding.fails(
                            report.file().toString(),
                            "SHA-256 of " + file + ": got " + hash + ", and " + TwinManifest.FILE_NAME + " has "
                                    + known));
                }
            });
        }
        for (Map.Entry<String, String> entry : hashes.entrySet()) {
            Path file = order.output().resolve(SafeName.of(entry.getKey(), report.file()));
            findings.add(
                    storage.kind(file) == Storage.Kind.FILE
                            ? Finding.compare(file.toString(), "SHA-256", hasher.sha256(file), entry.getValue())
                            : Finding.fails(file.toString(), "the report names this file, and it is missing"));
        }
        return findings;
    }

    private static List<Part> parts(TwinManifest manifest) {
        List<Part> parts = new ArrayList<>();
        parts.add(manifest.shared());
        for (Expert expert : manifest.experts()) {
            parts.add(expert.part());
        }
        return parts;
    }
}
