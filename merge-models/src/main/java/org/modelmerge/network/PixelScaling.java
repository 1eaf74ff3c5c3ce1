package org.modelmerge.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import org.modelmerge.data.ImageBatch;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// How a network wants its pixels: square images of one size with three channels, each pixel mapped to a
/// float32.
///
/// Grey images are repeated on the three channels. Smaller images get a border of pixel 0, the same on opposite
/// sides, but only up to an eighth of the size (28 x 28 becomes 32 x 32); nothing is ever resized.
final class PixelScaling {
    private final int side;
    private final float[][] tables;

    private PixelScaling(int side, float[][] tables) {
        this.side = side;
        this.tables = tables;
    }

    /// (pixel / 255 - mean) / deviation, in float32.
    ///
    /// @param mean per channel
    /// @param deviation per channel
    static PixelScaling standardised(int side, float[] mean, float[] deviation) {
        float[][] tables = new float[3][256];
        for (int c = 0; c < 3; c++) {
            for (int pixel = 0; pixel < 256; pixel++) {
                tables[c][pixel] = (pixel / 255f - mean[c]) / deviation[c];
            }
        }
        return new PixelScaling(side, tables);
    }

    /// The images as [n, 3, side, side].
    ///
    /// @throws MergeException `MISMATCH` for texts, or images of another size
    NDArray apply(BatchMemory memory, Batch batch) throws MergeException {
        if (!(batch instanceof Batch.Images(ImageBatch images))) {
            throw MergeException.of(ErrorCode.MISMATCH, "wrong input for the network (got texts, expected images)");
        }
        int top = border(images, images.height());
        int left = border(images, images.width());
        return memory.floats(new Shape(images.count(), 3, side, side), buffer -> {
            for (int i = 0; i < images.count(); i++) {
                for (int c = 0; c < 3; c++) {
                    channel(images, i, c, top, left, buffer);
                }
            }
        });
    }

    private int border(ImageBatch images, int size) throws MergeException {
        int missing = side - size;
        if (missing < 0 || missing % 2 != 0 || missing > side / 8) {
            throw MergeException.of(
                    ErrorCode.MISMATCH,
                    "wrong size of images (got " + images.height() + " x " + images.width() + ", expected " + side
                            + " x " + side + ")");
        }
        return missing / 2;
    }

    private void channel(ImageBatch images, int image, int channel, int top, int left, ByteBuffer buffer) {
        float[] table = tables[channel];
        int channels = images.channels();
        int start = image * images.imageBytes() + (channels == 1 ? 0 : channel);
        for (int y = -top; y < side - top; y++) {
            boolean rowInside = y >= 0 && y < images.height();
            for (int x = -left; x < side - left; x++) {
                boolean inside = rowInside && x >= 0 && x < images.width();
                int pixel = inside ? images.pixels()[start + (y * images.width() + x) * channels] & 0xff : 0;
                buffer.putFloat(table[pixel]);
            }
        }
    }
}
