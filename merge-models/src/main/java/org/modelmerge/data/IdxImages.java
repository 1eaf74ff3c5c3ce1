package org.modelmerge.data;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.MergeException;

/// Reads images from an IDX file, plain or gzipped, in batches: grey [n, height, width] or colour
/// [n, height, width, 3].
public final class IdxImages implements AutoCloseable {
    /// Larger images are no input of our networks, and one image is the least that is held.
    private static final int IMAGE_LIMIT = 1 << 26;

    private final DataStream stream;
    private final LongPredicate rows;
    private final int count;
    private final int height;
    private final int width;
    private final int channels;
    private int row;

    private IdxImages(DataStream stream, IdxHeader header, LongPredicate rows) {
        int[] sizes = header.sizes();
        this.stream = stream;
        this.rows = rows;
        this.count = header.count();
        this.height = sizes[1];
        this.width = sizes[2];
        this.channels = sizes.length == 4 ? sizes[3] : 1;
    }

    /// Opens a file and reads its header.
    ///
    /// @param rows which images to return, counted from 0
    /// @throws MergeException `MALFORMED`, or as the system refuses
    public static IdxImages open(Path file, LongPredicate rows) throws MergeException {
        DataStream stream = DataStream.open(file);
        boolean opened = false;
        try {
            IdxHeader header = IdxHeader.read(stream, 3, 4);
            checkImage(stream, header.sizes());
            opened = true;
            return new IdxImages(stream, header, rows);
        } finally {
            if (!opened) {
                stream.close();
            }
        }
    }

    private static void checkImage(DataStream stream, int[] sizes) throws MergeException {
        if (sizes.length == 4 && sizes[3] != 3 && sizes[3] != 1) {
            throw IdxHeader.malformed(stream, "wrong number of channels (got " + sizes[3] + ", expected 1 or 3)");
        }
        long bytes = (long) sizes[1] * sizes[2];
        if (bytes == 0 || bytes > IMAGE_LIMIT / 3) {
            throw IdxHeader.malformed(
                    stream,
                    "wrong size of an image (got " + sizes[1] + " x " + sizes[2] + ", expected 1 to " + IMAGE_LIMIT / 3
                            + " pixels)");
        }
    }

    /// The number of images in the file, chosen or not.
    public int count() {
        return count;
    }

    /// The next of the chosen images, at most `most`; null after the last.
    ///
    /// @throws MergeException `MALFORMED` if the file ends early or goes on after the last image
    public @Nullable ImageBatch next(int most) throws MergeException {
        int imageBytes = height * width * channels;
        int capacity = Math.clamp((long) IMAGE_LIMIT / imageBytes, 1, most);
        byte[] pixels = new byte[0];
        int taken = 0;
        while (row < count && taken < capacity) {
            if ((taken + 1) * imageBytes > pixels.length) {
                // Grows with what was read: the number of images that the header promises may be a lie.
                pixels = Arrays.copyOf(pixels, Math.min(capacity, 2 * taken + 1) * imageBytes);
            }
            if (stream.fill(pixels, taken * imageBytes, imageBytes) < imageBytes) {
                throw IdxHeader.malformed(
                        stream, "the file ends early (got " + row + " whole images, expected " + count + ")");
            }
            row++;
            if (rows.test(row - 1L)) {
                taken++;
            }
        }
        if (row == count && taken < capacity) {
            IdxHeader.requireEnd(stream);
        }
        return taken == 0 ? null : new ImageBatch(taken, height, width, channels, pixels);
    }

    @Override
    public void close() {
        stream.close();
    }
}
