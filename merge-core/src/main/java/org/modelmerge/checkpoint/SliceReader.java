package org.modelmerge.checkpoint;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
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
    private @Nullable RangeSource heldSource;
    private long heldFrom;
    private long heldTo;
    private MemorySegment window = MemorySegment.NULL;
    private DType dtype = DType.F32;
    private float[] last = new float[0];

    /// A reader of windows of at most `maxElements` elements.
    public SliceReader(int maxElements) {
        this(maxElements, 0);
    }

    /// A reader of windows of at most `maxElements` elements that follow one another.
    ///
    /// @param aheadBytes how much [#readAhead] reads at once; may be less than a window
    public SliceReader(int maxElements, int aheadBytes) {
        bytes = ByteBuffer.allocateDirect(Math.max(aheadBytes, Math.multiplyExact(maxElements, Double.BYTES)))
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
        heldSource = null;
        readAhead(source, type, offset, offset + (long) target.length * type.bytes(), order, target);
    }

    /// Fills `target` with the elements that start at byte `offset` of the source. Reads on towards byte `end`, and
    /// so finds the windows that follow in memory: few large reads cost less than many small ones.
    ///
    /// @param type F64 (rounded to nearest even), F32, F16 or BF16
    /// @param end not before the end of this window
    /// @param order [ElementOrder#EVEN_ODD] for BF16 only
    /// @throws MergeException if reading fails
    public void readAhead(RangeSource source, DType type, long offset, long end, ElementOrder order, float[] target)
            throws MergeException {
        if (order == ElementOrder.EVEN_ODD && type != DType.BF16) {
            throw new IllegalArgumentException(type + " is read in natural order");
        }
        dtype = type;
        last = target;
        hold(source, offset, target.length * type.bytes(), end);
        switch (type) {
            case F32 -> bytes.asFloatBuffer().get(target);
            case BF16 -> {
                if (order == ElementOrder.EVEN_ODD) {
                    Conversions.widenBf16EvenOdd(window, target);
                } else {
                    Conversions.widenBf16(shorts(target.length), target);
                }
            }
            case F16 -> Conversions.widenF16(shorts(target.length), target);
            case F64 -> Conversions.roundF64(doubles(target.length), target);
            default -> throw new IllegalArgumentException(type + " has no arithmetic");
        }
    }

    /// Brings a window of `count` bytes into the buffer and makes it the buffer's content.
    private void hold(RangeSource source, long offset, int count, long end) throws MergeException {
        if (source != heldSource || offset < heldFrom || offset + count > heldTo) {
            heldSource = null;
            bytes.clear().limit((int) Math.min(bytes.capacity(), Math.max(count, end - offset)));
            source.read(bytes, offset);
            heldSource = source;
            heldFrom = offset;
            heldTo = offset + bytes.limit();
        }
        int position = (int) (offset - heldFrom);
        bytes.limit(position + count).position(position);
        window = memory.asSlice(position, count);
    }

    /// The place in the last window of its first element that is not finite as float32, or -1. Valid until the
    /// array that was read into changes.
    public int firstNonFinite() {
        // F64 may overflow when it is rounded.
        return dtype == DType.F64 ? Kernels.firstNonFinite(last) : format(dtype).firstNonFinite(window);
    }

    /// Whether the last window holds a -0.
    public boolean hasNegativeZero() {
        return format(dtype).hasNegativeZero(window);
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
