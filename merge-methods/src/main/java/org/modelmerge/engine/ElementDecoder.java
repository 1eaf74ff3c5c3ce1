package org.modelmerge.engine;

import java.nio.ByteBuffer;
import org.modelmerge.checkpoint.DType;

/// Elements of a file as float64, for comparing; exact except for 64-bit integers, which round.
final class ElementDecoder {
    private ElementDecoder() {}

    /// Whether values of this dtype can be subtracted: real numbers of 8 bits and more, except 8-bit floats.
    static boolean canDecode(DType dtype) {
        return dtype.isFloat() || dtype.kind() == DType.Kind.INTEGER || dtype == DType.BOOL;
    }

    /// Decodes the first `count` elements of a little-endian buffer.
    static void decode(DType dtype, ByteBuffer in, int count, double[] out) {
        switch (dtype) {
            case F64 -> {
                for (int j = 0; j < count; j++) {
                    out[j] = in.getDouble(j * Double.BYTES);
                }
            }
            case F32 -> {
                for (int j = 0; j < count; j++) {
                    out[j] = in.getFloat(j * Float.BYTES);
                }
            }
            case F16 -> {
                for (int j = 0; j < count; j++) {
                    out[j] = Float.float16ToFloat(in.getShort(j * Short.BYTES));
                }
            }
            case BF16 -> {
                for (int j = 0; j < count; j++) {
                    out[j] = Float.intBitsToFloat(in.getShort(j * Short.BYTES) << 16);
                }
            }
            default -> {
                for (int j = 0; j < count; j++) {
                    out[j] = integer(dtype, in, j);
                }
            }
        }
    }

    private static double integer(DType dtype, ByteBuffer in, int j) {
        return switch (dtype) {
            case BOOL, U8 -> Byte.toUnsignedInt(in.get(j));
            case I8 -> in.get(j);
            case I16 -> in.getShort(j * Short.BYTES);
            case U16 -> Short.toUnsignedInt(in.getShort(j * Short.BYTES));
            case I32 -> in.getInt(j * Integer.BYTES);
            case U32 -> Integer.toUnsignedLong(in.getInt(j * Integer.BYTES));
            case I64 -> in.getLong(j * Long.BYTES);
            case U64 -> unsigned(in.getLong(j * Long.BYTES));
            default -> throw new IllegalArgumentException("no arithmetic on " + dtype);
        };
    }

    /// The value of 64 unsigned bits, rounded to nearest.
    static double unsigned(long bits) {
        // Halving with a sticky last bit rounds once, and doubling is exact.
        return bits >= 0 ? bits : 2.0 * ((bits >>> 1) | (bits & 1));
    }
}
