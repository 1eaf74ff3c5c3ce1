package org.modelmerge.report;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// SHA-256 of whole files, with progress: one pass per file.
final class FileHasher {
    private static final int BUFFER_BYTES = 1 << 20;

    private final Storage storage;
    private final MergeObserver observer;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private int pass;

    FileHasher(Storage storage, MergeObserver observer) {
        this.storage = storage;
        this.observer = observer;
    }

    /// The hash in lower-case hexadecimal digits.
    ///
    /// @throws MergeException `CANCELLED` by the observer, or whatever reading throws
    String sha256(Path file) throws MergeException {
        MessageDigest digest = Hashes.sha256();
        try (RangeSource source = storage.open(file)) {
            pass++;
            observer.passStarted("hash", pass, pass, source.size());
            for (long offset = 0; offset < source.size(); offset += buffer.limit()) {
                if (observer.isCancelled()) {
                    throw MergeException.of(ErrorCode.CANCELLED, "cancelled");
                }
                buffer.clear().limit((int) Math.min(BUFFER_BYTES, source.size() - offset));
                source.read(buffer, offset);
                digest.update(buffer.flip());
                observer.bytesRead(buffer.limit());
            }
            source.checkUnchanged();
        } catch (MergeException e) {
            throw e.inFile(file.toString());
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
