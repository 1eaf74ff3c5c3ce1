package org.modelmerge.lora;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.error.MergeException;
import org.modelmerge.kernel.LowRankSums;

/// The F32 bytes of a weight with its change folded in, computed while they are read.
///
/// ```
/// out = W + s * (L R)      s = alpha / r
/// ```
///
/// Source: Hu et al., "LoRA", 2021, arXiv:2106.09685, section 4.1; `get_delta_weight` and `merge` of peft 0.21.2.
/// Differs: each element of L R is summed in float64, in the order of the rank, and rounded to F32 once; peft leaves
/// order and rounding to the machine's matrix library. As there, s, the product by s and the sum are F32. Weights in
/// F16 and BF16 are widened and the result stays F32, where peft rounds it to the weight's dtype; F64 is rounded
/// to F32.
final class FoldedTensor implements RangeSource {
    private final StoredTensor weight;
    private final LowRank change;
    private final float scaling;
    private final FoldBuffers memory;

    /// @param weight W, of a dtype that has arithmetic
    /// @param change L and R, which fit it
    FoldedTensor(StoredTensor weight, LowRank change, float scaling, FoldBuffers memory) {
        this.weight = weight;
        this.change = change;
        this.scaling = scaling;
        this.memory = memory;
    }

    @Override
    public long size() {
        return weight.info().elementCount() * Float.BYTES;
    }

    /// @param offset of a whole element, as the number of bytes
    @Override
    public void read(ByteBuffer target, long offset) throws MergeException {
        if (offset % Float.BYTES != 0 || target.remaining() % Float.BYTES != 0) {
            throw new IllegalArgumentException(
                    "offset " + offset + " or length " + target.remaining() + " is not of whole elements");
        }
        ByteBuffer bytes = target.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        FoldBuffers.Buffers buffers = memory.take();
        try {
            long first = offset / Float.BYTES;
            while (bytes.hasRemaining()) {
                int count = Math.min(FoldBuffers.WINDOW, bytes.remaining() / Float.BYTES);
                float[] folded = fold(first, count, buffers);
                bytes.asFloatBuffer().put(folded);
                bytes.position(bytes.position() + count * Float.BYTES);
                first += count;
            }
        } finally {
            memory.giveBack(buffers);
        }
        target.position(target.limit());
    }

    private float[] fold(long first, int count, FoldBuffers.Buffers buffers) throws MergeException {
        float[] folded = new float[count];
        buffers.read(weight, first, folded, 0, count);
        double[] right = memory.right(change, buffers);
        long columns = change.columns();
        long firstRow = first / columns;
        int rows = (int) ((first + count - 1) / columns - firstRow) + 1;
        float[] left = left(firstRow, rows, buffers);
        int rank = change.rank();
        int done = 0;
        for (int row = 0; row < rows; row++) {
            int from = row == 0 ? (int) (first % columns) : 0;
            int length = (int) Math.min(columns - from, count - done);
            LowRankSums.row(left, row * rank, rank, right, (int) columns, from, buffers.sum, length);
            LowRankSums.addScaled(buffers.sum, scaling, folded, done, length);
            done += length;
        }
        return folded;
    }

    /// Rows of L, one after the other.
    private float[] left(long firstRow, int rows, FoldBuffers.Buffers buffers) throws MergeException {
        int rank = change.rank();
        float[] left = new float[Math.multiplyExact(rows, rank)];
        if (!change.transposed()) {
            buffers.read(change.left(), firstRow * rank, left, 0, left.length);
            return left;
        }
        // L = A^T, and A [rank, rows of the weight] lies row by row.
        long width = change.left().info().elementCount() / rank;
        float[] part = new float[rows];
        for (int k = 0; k < rank; k++) {
            buffers.read(change.left(), k * width + firstRow, part, 0, rows);
            for (int row = 0; row < rows; row++) {
                left[row * rank + k] = part[row];
            }
        }
        return left;
    }

    @Override
    public void checkUnchanged() throws MergeException {
        weight.shard().source().checkUnchanged();
        change.left().shard().source().checkUnchanged();
    }

    /// Does nothing: the files that it reads belong to their checkpoints.
    @Override
    public void close() {}
}
