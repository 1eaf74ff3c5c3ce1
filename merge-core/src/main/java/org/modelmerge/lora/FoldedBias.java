package org.modelmerge.lora;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.error.MergeException;

/// The F32 bytes of a bias with the bias of a factor B folded in, `b + s * b_B` (`lora_bias`), computed while they are
/// read.
final class FoldedBias implements RangeSource {
    private final StoredTensor bias;
    private final StoredTensor change;
    private final float scaling;
    private final FoldBuffers memory;

    /// @param change of the bias's shape
    FoldedBias(StoredTensor bias, StoredTensor change, float scaling, FoldBuffers memory) {
        this.bias = bias;
        this.change = change;
        this.scaling = scaling;
        this.memory = memory;
    }

    @Override
    public long size() {
        return bias.info().elementCount() * Float.BYTES;
    }

    /// @param offset of a whole element, as the number of bytes
    @Override
    public void read(ByteBuffer target, long offset) throws MergeException {
        int count = target.remaining() / Float.BYTES;
        long first = offset / Float.BYTES;
        float[] sum = new float[count];
        float[] delta = new float[count];
        FoldBuffers.Buffers buffers = memory.take();
        try {
            buffers.read(bias, first, sum, 0, count);
            buffers.read(change, first, delta, 0, count);
        } finally {
            memory.giveBack(buffers);
        }
        for (int j = 0; j < count; j++) {
            sum[j] += scaling * delta[j];
        }
        target.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(sum);
        target.position(target.limit());
    }

    @Override
    public void checkUnchanged() throws MergeException {
        bias.shard().source().checkUnchanged();
        change.shard().source().checkUnchanged();
    }

    /// Does nothing: the files that it reads belong to their checkpoints.
    @Override
    public void close() {}
}
