package org.modelmerge.data;

import java.nio.file.Path;
import java.util.Arrays;
import org.modelmerge.error.MergeException;

/// Reads the labels of images from an IDX file, plain or gzipped.
public final class IdxLabels {
    private IdxLabels() {}

    /// All labels, unsigned bytes.
    ///
    /// @throws MergeException `MALFORMED`, or as the system refuses
    public static byte[] read(Path file) throws MergeException {
        try (DataStream stream = DataStream.open(file)) {
            int count = IdxHeader.read(stream, 1, 1).count();
            byte[] labels = new byte[Math.min(count, 1 << 16)];
            int filled = stream.fill(labels, 0, labels.length);
            while (filled == labels.length && filled < count) {
                labels = Arrays.copyOf(labels, (int) Math.min(count, 2L * filled));
                filled += stream.fill(labels, filled, labels.length - filled);
            }
            if (filled < count) {
                throw IdxHeader.malformed(
                        stream, "the file ends early (got " + filled + " labels, expected " + count + ")");
            }
            IdxHeader.requireEnd(stream);
            return labels;
        }
    }
}
