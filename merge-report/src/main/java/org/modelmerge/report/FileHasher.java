package org.modelmerge.report;

import java.nio.file.Path;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// Hashes whole files with progress: one pass per file.
final class FileHasher {
    private final Storage storage;
    private final MergeObserver observer;
    private int pass;

    FileHasher(Storage storage, MergeObserver observer) {
        this.storage = storage;
        this.observer = observer;
    }

    /// The SHA-256 in lower-case hexadecimal digits.
    ///
    /// @throws MergeException `CANCELLED` by the observer, or whatever reading throws
    String sha256(Path file) throws MergeException {
        try (RangeSource source = storage.open(file)) {
            pass++;
            observer.passStarted("hash", pass, pass, source.size());
            String hash = Hashes.of(source, this::read);
            source.checkUnchanged();
            return hash;
        } catch (MergeException e) {
            throw e.inFile(file.toString());
        }
    }

    private void read(int byteCount) throws MergeException {
        observer.bytesRead(byteCount);
        if (observer.isCancelled()) {
            throw MergeException.of(ErrorCode.CANCELLED, "cancelled");
        }
    }
}
