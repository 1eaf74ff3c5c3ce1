package org.modelmerge.data;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// The start of an IDX file: two zero bytes, the type of the elements (8: unsigned byte), the number of
/// dimensions, then each dimension as a big-endian 32-bit integer.
///
/// @param sizes the dimensions
record IdxHeader(int[] sizes) {
    private static final int UNSIGNED_BYTE = 8;

    /// Reads a header and checks it against the size of the file.
    ///
    /// @throws MergeException `MALFORMED`, or as the system refuses
    static IdxHeader read(DataStream stream, int fewest, int most) throws MergeException {
        byte[] start = new byte[4];
        int got = stream.fill(start, 0, start.length);
        if (got < start.length || start[0] != 0 || start[1] != 0) {
            throw malformed(stream, "no IDX file (it does not start with two zero bytes, a type and dimensions)");
        }
        if (start[2] != UNSIGNED_BYTE) {
            throw malformed(stream, "wrong type of elements (got " + start[2] + ", expected 8, unsigned bytes)");
        }
        int rank = Byte.toUnsignedInt(start[3]);
        if (rank < fewest || rank > most) {
            String expected = fewest == most ? String.valueOf(fewest) : fewest + " or " + most;
            throw malformed(stream, "wrong number of dimensions (got " + rank + ", expected " + expected + ")");
        }
        byte[] dimensions = new byte[4 * rank];
        if (stream.fill(dimensions, 0, dimensions.length) < dimensions.length) {
            throw malformed(stream, "the file ends in its header");
        }
        int[] sizes = new int[rank];
        ByteBuffer.wrap(dimensions).asIntBuffer().get(sizes);
        checkSizes(stream, sizes);
        return new IdxHeader(sizes);
    }

    private static void checkSizes(DataStream stream, int[] sizes) throws MergeException {
        long bytes = 1;
        for (int size : sizes) {
            if (size < 0) {
                throw malformed(stream, "a dimension is too large (got " + Integer.toUnsignedString(size) + ")");
            }
            bytes = size == 0 ? 0 : multiply(bytes, size);
        }
        if (bytes > stream.mostBytes()) {
            throw malformed(
                    stream,
                    "the file is too small for its dimensions " + Arrays.toString(sizes) + " (expected " + bytes
                            + " bytes of data, got at most " + stream.mostBytes() + ")");
        }
    }

    private static long multiply(long bytes, int size) {
        return bytes > Long.MAX_VALUE / size ? Long.MAX_VALUE : bytes * size;
    }

    int count() {
        return sizes[0];
    }

    static MergeException malformed(DataStream stream, String problem) {
        return MergeException.of(ErrorCode.MALFORMED, problem)
                .inFile(stream.file().toString());
    }

    /// Checks that nothing follows the data.
    static void requireEnd(DataStream stream) throws MergeException {
        if (stream.read(new byte[1], 0, 1) >= 0) {
            throw malformed(stream, "data follows the last element of its dimensions");
        }
    }
}
