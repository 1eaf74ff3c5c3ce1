package org.modelmerge.checkpoint;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.MemoryStorage;

/// What the header parser says to files of cases, for comparing it with other readers.
///
/// A file of cases is a sequence of: length (4 bytes, big endian), then that many bytes, a whole safetensors file.
final class HeaderVerdicts {
    private HeaderVerdicts() {}

    /// Writes one character a case to a file: `A` accepted, `D` refused for a key that occurs twice, `R` refused.
    ///
    /// @param arguments the file of cases and the file of verdicts
    public static void main(String[] arguments) throws IOException {
        StringBuilder verdicts = new StringBuilder();
        try (InputStream in = Files.newInputStream(Path.of(arguments[0]))) {
            DataInputStream cases = new DataInputStream(new BufferedInputStream(in));
            for (byte[] next = next(cases); next != null; next = next(cases)) {
                verdicts.append(verdict(next));
            }
        }
        Files.writeString(Path.of(arguments[1]), verdicts);
    }

    /// The verdict on the bytes of a file.
    static char verdict(byte[] file) {
        try {
            HeaderParser.parse(MemoryStorage.source(file));
            return 'A';
        } catch (MergeException e) {
            if (e.code() != ErrorCode.MALFORMED) {
                throw new IllegalStateException("refused with the wrong code", e);
            }
            return e.problem().contains("occurs twice") ? 'D' : 'R';
        }
    }

    private static byte @Nullable [] next(DataInputStream cases) throws IOException {
        byte[] length = cases.readNBytes(4);
        if (length.length == 0) {
            return null;
        }
        int count = ByteBuffer.wrap(length).getInt();
        byte[] bytes = cases.readNBytes(count);
        if (bytes.length < count) {
            throw new IOException("the file of cases ends early");
        }
        return bytes;
    }
}
