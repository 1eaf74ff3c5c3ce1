package org.modelmerge.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.modelmerge.kernel.Conversions;

/// Turns float32 arrays into the bytes of a float dtype, rounding once to nearest even; one per thread.
public final class SliceEncoder {
    private final ByteBuffer bytes;
    private short[] shorts = new short[0];
    private double[] doubles = new double[0];

    /// An encoder of windows of at most `maxElements` elements.
    public SliceEncoder(int maxElements) {
        bytes = ByteBuffer.allocateDirect(Math.multiplyExact(maxElements, Double.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /// The bytes of `values` as `dtype`, and in `written` what these bytes mean as float32.
    ///
    /// @param values kept as they are
    /// @param written as long as `values`; may be the same array
    /// @return a buffer that the next call overwrites
    public ByteBuffer encode(float[] values, DType dtype, float[] written) {
        bytes.clear();
        int count = values.length;
        switch (dtype) {
            case F32 -> {
                bytes.asFloatBuffer().put(values);
                copy(values, written);
            }
            case BF16 -> {
                grow(count);
                Conversions.roundToBf16(values, shorts);
                bytes.asShortBuffer().put(shorts, 0, count);
                Conversions.widenBf16(shorts, written);
            }
            case F16 -> {
                grow(count);
                Conversions.roundToF16(values, shorts);
                bytes.asShortBuffer().put(shorts, 0, count);
                Conversions.widenF16(shorts, written);
            }
            case F64 -> {
                if (doubles.length < count) {
                    doubles = new double[count];
                }
                Conversions.widenToF64(values, doubles);
                bytes.asDoubleBuffer().put(doubles, 0, count);
                copy(values, written);
            }
            default -> throw new IllegalArgumentException(dtype + " has no arithmetic");
        }
        return bytes.limit(count * dtype.bytes());
    }

    private void grow(int count) {
        if (shorts.length < count) {
            shorts = new short[count];
        }
    }

    private static void copy(float[] values, float[] written) {
        if (values != written) {
            System.arraycopy(values, 0, written, 0, values.length);
        }
    }
}
