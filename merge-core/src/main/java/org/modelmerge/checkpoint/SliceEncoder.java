package org.modelmerge.checkpoint;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.modelmerge.kernel.Conversions;
import org.modelmerge.kernel.ElementOrder;
import org.modelmerge.kernel.RawFloats;

/// Turns float32 arrays into the bytes of a float dtype, rounding once to nearest even; one per thread.
public final class SliceEncoder {
    private final ByteBuffer bytes;
    private final MemorySegment memory;
    private final int largestWindow;
    private MemorySegment window = MemorySegment.NULL;
    private short[] shorts = new short[0];
    private double[] doubles = new double[0];
    private float[] natural = new float[0];
    private RawFloats format = RawFloats.F32;

    /// An encoder of windows of at most `maxElements` elements.
    public SliceEncoder(int maxElements) {
        this(maxElements, 0);
    }

    /// An encoder of windows of at most `maxElements` elements that follow one another.
    ///
    /// @param bufferBytes how much [#append] collects; may be less than a window
    public SliceEncoder(int maxElements, int bufferBytes) {
        largestWindow = Math.multiplyExact(maxElements, Double.BYTES);
        bytes = ByteBuffer.allocateDirect(Math.max(bufferBytes, largestWindow)).order(ByteOrder.LITTLE_ENDIAN);
        memory = MemorySegment.ofBuffer(bytes);
    }

    /// The bytes of `values`, which lie in natural order.
    ///
    /// @param written takes what these bytes mean as float32; as long as `values`, may be the same array
    /// @return a buffer that the next call overwrites
    public ByteBuffer encode(float[] values, DType dtype, float[] written) {
        return encode(values, dtype, ElementOrder.NATURAL, written);
    }

    /// The bytes of `values` in the order of a file.
    ///
    /// @param values kept as they are
    /// @param order how `values` and `written` lie
    /// @param written takes what the bytes mean as float32; as long as `values`, may be the same array
    /// @return a buffer that the next call overwrites
    public ByteBuffer encode(float[] values, DType dtype, ElementOrder order, float[] written) {
        bytes.clear();
        append(values, dtype, order);
        if (values != written) {
            System.arraycopy(values, 0, written, 0, values.length);
        }
        decode(dtype, order, written);
        return drain();
    }

    /// Puts the bytes of `values` behind those of earlier windows.
    ///
    /// @param values kept as they are
    /// @param order how `values` lie
    /// @throws IllegalStateException if the buffer [is full][#isFull]
    public void append(float[] values, DType dtype, ElementOrder order) {
        if (isFull()) {
            throw new IllegalStateException("the buffer is full");
        }
        format = SliceReader.format(dtype);
        int count = values.length;
        window = memory.asSlice(bytes.position(), (long) count * dtype.bytes());
        if (order == ElementOrder.EVEN_ODD && dtype == DType.BF16) {
            Conversions.roundToBf16EvenOdd(values, window);
        } else {
            encodeNatural(order == ElementOrder.EVEN_ODD ? inNaturalOrder(values) : values, dtype);
        }
        bytes.position(bytes.position() + count * dtype.bytes());
    }

    /// Whether there may be no room for another window.
    public boolean isFull() {
        return bytes.remaining() < largestWindow;
    }

    /// The bytes of all windows since the last call.
    ///
    /// @return a buffer that the next call of [#append] or [#encode] overwrites
    public ByteBuffer drain() {
        ByteBuffer drained = bytes.duplicate().flip();
        bytes.clear();
        return drained;
    }

    /// The place in the last window of its first element that is not finite as written, or -1.
    public int firstNonFinite() {
        return format.firstNonFinite(window);
    }

    private void encodeNatural(float[] values, DType dtype) {
        int count = values.length;
        switch (dtype) {
            case F32 -> bytes.asFloatBuffer().put(values, 0, count);
            case BF16 -> {
                grow(count);
                Conversions.roundToBf16(values, shorts);
                bytes.asShortBuffer().put(shorts, 0, count);
            }
            case F16 -> {
                grow(count);
                Conversions.roundToF16(values, shorts);
                bytes.asShortBuffer().put(shorts, 0, count);
            }
            case F64 -> {
                if (doubles.length < count) {
                    doubles = new double[count];
                }
                Conversions.widenToF64(values, doubles);
                bytes.asDoubleBuffer().put(doubles, 0, count);
            }
            default -> throw new IllegalArgumentException(dtype + " has no arithmetic");
        }
    }

    /// Replaces the values of the last window by what was encoded, where encoding rounds.
    private void decode(DType dtype, ElementOrder order, float[] values) {
        if (order == ElementOrder.NATURAL) {
            decodeNatural(dtype, values);
        } else if (dtype == DType.BF16) {
            Conversions.widenBf16EvenOdd(window, values);
        } else {
            decodeNatural(dtype, natural);
            for (int element = 0; element < values.length; element++) {
                values[order.index(element, values.length)] = natural[element];
            }
        }
    }

    private void decodeNatural(DType dtype, float[] values) {
        switch (dtype) {
            case BF16 -> Conversions.widenBf16(shorts, values);
            case F16 -> Conversions.widenF16(shorts, values);
            default -> {
                // F32 and F64 hold every float32.
            }
        }
    }

    private float[] inNaturalOrder(float[] values) {
        if (natural.length != values.length) {
            natural = new float[values.length];
        }
        for (int element = 0; element < values.length; element++) {
            natural[element] = values[ElementOrder.EVEN_ODD.index(element, values.length)];
        }
        return natural;
    }

    private void grow(int count) {
        if (shorts.length < count) {
            shorts = new short[count];
        }
    }
}
