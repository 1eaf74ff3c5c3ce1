package org.modelmerge.checkpoint;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.modelmerge.error.MergeException;
import org.modelmerge.kernel.Conversions;
import org.modelmerge.kernel.ElementOrder;
import org.modelmerge.kernel.Kernels;
import org.modelmerge.kernel.RawFloats;

/// Reads windows of float tensors as float32 into arrays; one per thread, its buffers are reused.
public final class SliceReader {
    private final ByteBuffer bytes;
    private final MemorySegment memory;
    private short[] shorts = new short[0];
    private double[] doubles = new double[0];
    private DType dtype = DType.F32;
    private float[] last = new float[0];

    /// A reader of windows of at most `maxElements` elements.
    public SliceReader(int maxElements) {
        bytes = ByteBuffer.allocateDirect(Math.multiplyExact(maxElements, Double.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        memory = MemorySegment.ofBuffer(bytes);
    }

    /// Fills `target` with the elements that start at byte `offset` of the source, in natural order.
    ///
    /// @param type F64 (rounded to nearest even), F32, F16 or BF16
    /// @throws MergeException if reading fails
    public void readFloats(RangeSource source, DType type, long offset, float[] target) throws MergeException {
        readFloats(source, type, offset, ElementOrder.NATURAL, target);
    }

    /// Fills `target` with the elements that start at byte `offset` of the source.
    ///
    /// @param type F64 (rounded to nearest even), F32, F16 or BF16
    /// @param order [ElementOrder#EVEN_ODD] for BF16 only
    /// @throws MergeException if reading fails
    public void readFloats(RangeSource source, DType type, long offset, ElementOrder order, float[] target)
            throws MergeException {
        if (order == ElementOrder.EVEN_ODD && type != DType.BF16) {
            throw new IllegalArgumentException(type + " is read in natural order");
        }
        dtype = type;
        last = target;
        bytes.clear().limit(target.length * type.bytes());
        source.read(bytes, offset);
        bytes.flip();
        switch (type) {
            case F32 -> bytes.asFloatBuffer().get(target);
            case BF16 -> {
                if (order == ElementOrder.EVEN_ODD) {
                    Conversions.widenBf16EvenOdd(memory, target);
                } else {
                    Conversions.widenBf16(shorts(target.length), target);
                }
            }
            case F16 -> Conversions.widenF16(shorts(target.length), target);
            case F64 -> Conversions.roundF64(doubles(target.length), target);
            default -> throw new IllegalArgumentException(type + " has no arithmetic");
        }
    }

    /// The place in the last window of its first element that is not finite as float32, or -1. Valid until the
    /// array that was read into changes.
    public int firstNonFinite() {
        // F64 may overflow when it is rounded.
        return dtype == DType.F64 ? Kernels.firstNonFinite(last) : format(dtype).firstNonFinite(window());
    }

    /// Whether the last window holds a -0.
    public boolean hasNegativeZero() {
        return format(dtype).hasNegativeZero(window());
    }

    private MemorySegment window() {
        return memory.asSlice(0, bytes.limit());
    }

    static RawFloats format(DType dtype) {
        return switch (dtype) {
            case F64 -> RawFloats.F64;
            case F32 -> RawFloats.F32;
            case F16 -> RawFloats.F16;
            case BF16 -> RawFloats.BF16;
            default -> throw new IllegalArgumentException(dtype + " has no arithmetic");
        };
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
