package org.modelmerge.twin;

import java.nio.ByteBuffer;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.checkpoint.TensorInfo;

/// The bytes of a tensor of zeros.
///
/// @param size in bytes
record ZeroTensor(long size) implements RangeSource {
    /// Zeros in the place of a tensor: its name, dtype and shape.
    ///
    /// @param file what messages name
    static StoredTensor inPlaceOf(TensorInfo tensor, String file) {
        long size = Math.multiplyExact(tensor.elementCount(), tensor.dtype().bytes());
        return StoredTensor.computed(file, tensor.name(), tensor.dtype(), tensor.shape(), new ZeroTensor(size));
    }

    @Override
    public void read(ByteBuffer target, long offset) {
        while (target.hasRemaining()) {
            target.put((byte) 0);
        }
    }

    @Override
    public void checkUnchanged() {}

    @Override
    public void close() {}
}
