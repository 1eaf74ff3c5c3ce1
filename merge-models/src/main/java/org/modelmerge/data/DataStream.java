package org.modelmerge.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// The bytes of a data file from first to last; a gzip file, known by its first two bytes, is unpacked on the
/// way.
final class DataStream implements AutoCloseable {
    /// DEFLATE spends at least 2 bits on 258 equal bytes, so nothing unpacks to more than this times its size.
    private static final long LARGEST_RATIO = 1032;

    private static final int BUFFER_BYTES = 1 << 16;

    private final Path file;
    private final RangeSource source;
    private final boolean packed;
    private final InputStream bytes;

    private DataStream(Path file, RangeSource source, boolean packed, InputStream bytes) {
        this.file = file;
        this.source = source;
        this.packed = packed;
        this.bytes = bytes;
    }

    /// Opens a regular file.
    ///
    /// @throws MergeException `NOT_FOUND`, `NOT_REGULAR`, `PERMISSION`, `IO`; `MALFORMED` for a broken gzip
    ///     header
    static DataStream open(Path file) throws MergeException {
        RangeSource source = LocalStorage.INSTANCE.open(file);
        DataStream opened = null;
        try {
            boolean packed = isGzip(source);
            InputStream raw = new SourceStream(source);
            opened = new DataStream(file, source, packed, packed ? new GZIPInputStream(raw, BUFFER_BYTES) : raw);
            return opened;
        } catch (IOException e) {
            throw refused(file, e);
        } finally {
            if (opened == null) {
                source.close();
            }
        }
    }

    private static boolean isGzip(RangeSource source) throws MergeException {
        if (source.size() < 2) {
            return false;
        }
        ByteBuffer magic = ByteBuffer.allocate(2);
        source.read(magic, 0);
        return magic.get(0) == 0x1f && magic.get(1) == (byte) 0x8b;
    }

    Path file() {
        return file;
    }

    /// The most bytes that this file can hold, unpacked.
    long mostBytes() {
        long size = source.size();
        return packed ? Math.multiplyExact(size, LARGEST_RATIO) : size;
    }

    /// Reads at least one byte; -1 at the end, where the file is checked for change.
    ///
    /// @throws MergeException `MALFORMED` for broken gzip data, or as the file system refuses
    int read(byte[] target, int from, int count) throws MergeException {
        try {
            int got = bytes.read(target, from, count);
            if (got < 0) {
                source.checkUnchanged();
            }
            return got;
        } catch (IOException e) {
            throw refused(file, e);
        }
    }

    /// Reads `count` bytes, or fewer where the file ends, and returns how many.
    int fill(byte[] target, int from, int count) throws MergeException {
        int filled = 0;
        while (filled < count) {
            int got = read(target, from + filled, count - filled);
            if (got < 0) {
                break;
            }
            filled += got;
        }
        return filled;
    }

    private static MergeException refused(Path file, IOException e) {
        MergeException exception =
                switch (e) {
                    case SourceStream.Refused refused -> refused.reason();
                    case EOFException _ -> MergeException.of(ErrorCode.MALFORMED, "its gzip data ends early", e);
                    case ZipException zip ->
                        MergeException.of(ErrorCode.MALFORMED, "its gzip data is broken: " + zip.getMessage(), e);
                    default -> MergeException.ofIo("cannot read", e);
                };
        return exception.inFile(file.toString());
    }

    @Override
    public void close() {
        source.close();
    }
}
