package org.modelmerge.checkpoint;

/// A tensor and the file that holds it.
///
/// @param shard the file
/// @param info the tensor's entry in the file's header
public record StoredTensor(Shard shard, TensorInfo info) {
    /// Where the tensor's first byte is, counted from the start of the file.
    public long fileOffset() {
        return shard.header().dataStart() + info.begin();
    }
}
