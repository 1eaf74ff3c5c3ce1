package org.modelmerge.cli.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.testing.TinyCheckpoint;

/// A family of checkpoints too large to hold, of zeros but for islands, which take all the room that they need on disk.
///
/// Three tensors: `w` of some billion elements, `tail` behind it, dense, and `ids`, integers that are copied.
///
/// @param dtype of the float tensors, F32 or BF16
/// @param elements of `w`
/// @param centres where in `w` the islands lie
record SparseModel(DType dtype, long elements, List<Long> centres) {
    static final int ISLAND = 1 << 18;
    static final int TAIL = 1000;
    static final int IDS = 64;

    /// The elements of all models that are not zero everywhere, in the order of their places.
    int denseCount() {
        return centres.size() * ISLAND + TAIL;
    }

    /// The elements that are zero in all models.
    long holeCount() {
        return elements - (long) centres.size() * ISLAND;
    }

    long islandStart(int island) {
        return centres.get(island) - ISLAND / 2;
    }

    private long wideBytes() {
        return elements * dtype.bytes();
    }

    /// A base and fine-tuned experts, `[1 + n][denseCount]`, all values exact in the dtype.
    ///
    /// In every 97th element the task vectors of the first two experts cancel exactly; in every 89th the experts
    /// equal the base.
    float[][] values(int experts, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[][] models = new float[1 + experts][denseCount()];
        for (int j = 0; j < denseCount(); j++) {
            float base = j % 97 == 0 ? 0 : stored((float) random.nextDouble(-1, 1));
            models[0][j] = base;
            for (int i = 1; i <= experts; i++) {
                float delta = (float) (random.nextDouble(-1, 1) * Math.abs(random.nextGaussian()) / 10);
                models[i][j] = j % 89 == 0 ? base : stored(base + delta);
            }
            if (j % 97 == 0) {
                models[2][j] = -models[1][j];
            }
        }
        return models;
    }

    /// The nearest value of the dtype, ties to even.
    float stored(float value) {
        if (dtype == DType.F32) {
            return value;
        }
        int bits = Float.floatToRawIntBits(value);
        return Float.intBitsToFloat((bits + 0x7fff + (bits >>> 16 & 1)) & 0xffff0000);
    }

    /// Writes a model as a sparse file.
    void write(Path file, float[] values) throws IOException {
        long tail = wideBytes() + (long) TAIL * dtype.bytes();
        String header = """
            {"w":{"dtype":"%1$s","shape":[4,%2$d],"data_offsets":[0,%3$d]},
            "tail":{"dtype":"%1$s","shape":[%4$d],"data_offsets":[%3$d,%5$d]},
            "ids":{"dtype":"I64","shape":[%6$d],"data_offsets":[%5$d,%7$d]}}\
            """.formatted(dtype, elements / 4, wideBytes(), TAIL, tail, IDS, tail + 8L * IDS);
        byte[] start = TinyCheckpoint.fileWithHeader(header, 0);
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.write(ByteBuffer.wrap(start), 0);
            for (int k = 0; k < centres.size(); k++) {
                channel.write(bytes(values, k * ISLAND, ISLAND), start.length + islandStart(k) * (long) dtype.bytes());
            }
            channel.write(bytes(values, centres.size() * ISLAND, TAIL), start.length + wideBytes());
            channel.write(ids(), start.length + tail);
        }
    }

    /// The bytes of some values.
    ByteBuffer bytes(float[] values, int from, int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int j = from; j < from + count; j++) {
            int bits = Float.floatToRawIntBits(stored(values[j]));
            if (dtype == DType.F32) {
                bytes.putInt(bits);
            } else {
                bytes.putShort((short) (bits >>> 16));
            }
        }
        return bytes.flip();
    }

    /// The bytes of `ids`.
    static ByteBuffer ids() {
        ByteBuffer bytes = ByteBuffer.allocate(8 * IDS).order(ByteOrder.LITTLE_ENDIAN);
        for (long k = 0; k < IDS; k++) {
            bytes.putLong(k << 32 | k);
        }
        return bytes.flip();
    }
}
