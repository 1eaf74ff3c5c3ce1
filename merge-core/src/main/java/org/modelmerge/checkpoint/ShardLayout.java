package org.modelmerge.checkpoint;

import java.nio.ByteBuffer;
import java.util.List;

/// One output file: its final header, and where each tensor's bytes go.
///
/// @param fileName name inside a model folder; a checkpoint written as one file may have any name
/// @param header the first bytes of the file: 8 bytes of length, then JSON padded with spaces to a multiple of 8; a
///     read-only buffer whose position is 0 at every call
/// @param tensors in the order of their bytes; offsets count from `dataStart`
/// @param dataStart size of the header, a multiple of 8
/// @param fileSize size of the whole file
public record ShardLayout(String fileName, ByteBuffer header, List<TensorInfo> tensors, long dataStart, long fileSize) {
    /// Copies the header and the list.
    public ShardLayout {
        byte[] copy = new byte[header.remaining()];
        header.duplicate().get(copy);
        header = ByteBuffer.wrap(copy).asReadOnlyBuffer();
        tensors = List.copyOf(tensors);
    }

    @Override
    public ByteBuffer header() {
        return header.asReadOnlyBuffer();
    }
}
