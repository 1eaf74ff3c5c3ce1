package org.modelmerge.checkpoint;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.modelmerge.error.MergeException;

/// The hash that names headers and files: SHA-256, in lower-case hexadecimal digits.
public final class Hashes {
    private static final int BUFFER_BYTES = 1 << 20;

    private Hashes() {}

    /// The hash of some bytes.
    public static String of(byte[] bytes) {
        return HexFormat.of().formatHex(sha256().digest(bytes));
    }

    /// The hash of a whole file, read in order.
    ///
    /// @throws MergeException whatever reading or `reading` throws
    public static String of(RangeSource source, Reading reading) throws MergeException {
        MessageDigest digest = sha256();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        for (long offset = 0; offset < source.size(); offset += buffer.limit()) {
            buffer.clear().limit((int) Math.min(BUFFER_BYTES, source.size() - offset));
            source.read(buffer, offset);
            digest.update(buffer.flip());
            reading.read(buffer.limit());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /// Hears how a file is read, and may stop it.
    @FunctionalInterface
    public interface Reading {
        /// Some more bytes were read.
        ///
        /// @throws MergeException to stop
        void read(int byteCount) throws MergeException;
    }

    /// A digest that has seen nothing.
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
