package org.modelmerge.checkpoint;

import java.util.List;
import java.util.Map;

/// A tensor and the file that holds it.
///
/// @param shard the file
/// @param info the tensor's entry in the file's header
public record StoredTensor(Shard shard, TensorInfo info) {
    /// A tensor whose bytes are computed while they are read.
    ///
    /// @param file what messages name: the file that it is computed from
    /// @param name the tensor's name
    /// @param source its bytes and nothing else
    public static StoredTensor computed(String file, String name, DType dtype, Shape shape, RangeSource source) {
        long size = Math.multiplyExact(shape.elementCount(), dtype.bytes());
        TensorInfo info = new TensorInfo(name, dtype, shape, 0, size);
        SafetensorsHeader header = new SafetensorsHeader(List.of(info), Map.of(), 0, size, "");
        return new StoredTensor(new Shard(file, source, header), info);
    }

    /// Where the tensor's first byte is, counted from the start of the file.
    public long fileOffset() {
        return shard.header().dataStart() + info.begin();
    }
}
