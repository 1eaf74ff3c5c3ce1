package org.modelmerge.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.modelmerge.error.MergeException;
import org.modelmerge.kernel.Conversions;

/// Reads windows of float tensors as float32 into arrays; one per thread, its buffers are reused.
public final class SliceReader {
    private final ByteBuffer bytes;
    private short[] shorts = new short[0];
    private double[] doubles = new double[0];

    /// A reader of windows of at most `maxElements` elements.
    public SliceReader(int maxElements) {
        bytes = ByteBuffer.allocateDirect(Math.multiplyExact(maxElements, Double.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /// Fills `target` with the elements that start at byte `offset` of the source.
    ///
    /// @param dtype F64 (rounded to nearest even), F32, F16 or BF16
    /// @throws MergeException if reading fails
    public void readFloats(RangeSource source, DType dtype, long offset, float[] target) throws MergeException {
        bytes.clear().limit(target.length * dtype.bytes());
        source.read(bytes, offset);
        bytes.flip();
        switch (dtype) {
            case F32 -> bytes.asFloatBuffer().get(target);
            case BF16 -> Conversions.widenBf16(shorts(target.length), target);
            case F16 -> Conversions.widenF16(shorts(target.length), target);
            case F64 -> Conversions.roundF64(doubles(target.length), target);
            default -> throw new IllegalArgumentException(dtype + " has no arithmetic");
        }
    }

    private short[] shorts(int count) {
        if (shorts.length < count) {
            shorts = new short[count];
        }
        bytes.asShortBuffer().get(shorts, 0, count);
        return shorts;
    }

    private double[] doubles(int count) {
        if (doubles.length < count) {
            doubles = new double[count];
        }
        bytes.asDoubleBuffer().get(doubles, 0, count);
        return doubles;
    }
}
