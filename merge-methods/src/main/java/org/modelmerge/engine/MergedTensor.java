package org.modelmerge.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.OutputTensor;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// One tensor of a merged model in memory.
///
/// @param info name, dtype and shape
/// @param bytes as the output file would hold them: row-major, little-endian; not copied, and nobody else writes them
public record MergedTensor(OutputTensor info, MemorySegment bytes) {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble F64 =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// The name.
    public String name() {
        return info.name();
    }

    /// The element type.
    public DType dtype() {
        return info.dtype();
    }

    /// The sizes.
    public Shape shape() {
        return info.shape();
    }

    /// All elements as float32: F16 and BF16 widened, F64 rounded to nearest even.
    ///
    /// @throws MergeException `UNSUPPORTED_DTYPE` for integers and the like, or a tensor that no array can hold
    public float[] floats() throws MergeException {
        long count = info.shape().elementCount();
        if (count > Integer.MAX_VALUE - Long.BYTES) {
            throw MergeException.of(
                            ErrorCode.UNSUPPORTED_DTYPE,
                            "too large for an array of floats (got " + count + " elements, expected at most "
                                    + (Integer.MAX_VALUE - Long.BYTES) + ")")
                    .atTensor(name());
        }
        float[] values = new float[(int) count];
        copyTo(FloatBuffer.wrap(values));
        return values;
    }

    /// Writes all elements as float32.
    ///
    /// @param target has room for them
    /// @throws MergeException `UNSUPPORTED_DTYPE` for integers and the like
    public void copyTo(FloatBuffer target) throws MergeException {
        long count = requireFloat(info).shape().elementCount();
        if (target.remaining() < count) {
            throw new IllegalArgumentException(
                    "room for " + target.remaining() + " of " + count + " elements of " + name());
        }
        if (info.dtype() == DType.F32 && bytes.byteSize() <= Integer.MAX_VALUE) {
            target.put(bytes.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer());
            return;
        }
        for (long j = 0; j < count; j++) {
            target.put(element(j));
        }
    }

    /// Refuses what has no value as float32.
    static OutputTensor requireFloat(OutputTensor tensor) throws MergeException {
        if (!tensor.dtype().isFloat()) {
            throw MergeException.of(
                            ErrorCode.UNSUPPORTED_DTYPE,
                            "has no float32 form (got " + tensor.dtype() + ", expected F64, F32, F16 or BF16)")
                    .atTensor(tensor.name());
        }
        return tensor;
    }

    private float element(long j) {
        return switch (info.dtype()) {
            case F32 -> bytes.getAtIndex(F32, j);
            case F16 -> Float.float16ToFloat(bytes.getAtIndex(HALF, j));
            case BF16 -> Float.intBitsToFloat(bytes.getAtIndex(HALF, j) << Short.SIZE);
            case F64 -> (float) bytes.getAtIndex(F64, j);
            default -> throw new IllegalStateException(info.dtype().name());
        };
    }
}
