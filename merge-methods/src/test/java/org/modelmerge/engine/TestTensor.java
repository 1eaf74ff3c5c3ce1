package org.modelmerge.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Shape;

/// A float tensor with its bytes, encoded and decoded without the code under test.
record TestTensor(String name, DType dtype, Shape shape, byte[] bytes) {
    /// Rounds values to a dtype.
    static TestTensor of(String name, DType dtype, Shape shape, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            switch (dtype) {
                case F64 -> bytes.putDouble(value);
                case F32 -> bytes.putFloat(value);
                case F16 -> bytes.putShort(Float.floatToFloat16(value));
                case BF16 -> bytes.putShort(bf16(value));
                default -> throw new IllegalArgumentException(dtype.name());
            }
        }
        return new TestTensor(name, dtype, shape, bytes.array());
    }

    private static short bf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int upper = bits >>> 16;
        int rest = bits & 0xffff;
        boolean up = rest > 0x8000 || (rest == 0x8000 && (upper & 1) == 1);
        return (short) (Float.isNaN(value) ? 0x7fc0 : up ? upper + 1 : upper);
    }

    /// The values as float32.
    float[] floats() {
        ByteBuffer source = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[bytes.length / dtype.bytes()];
        for (int j = 0; j < values.length; j++) {
            values[j] = switch (dtype) {
                case F64 -> (float) source.getDouble();
                case F32 -> source.getFloat();
                case F16 -> Float.float16ToFloat(source.getShort());
                case BF16 -> Float.intBitsToFloat(source.getShort() << 16);
                default -> throw new IllegalArgumentException(dtype.name());
            };
        }
        return values;
    }

    /// The same tensor with other values.
    TestTensor with(DType other, float... values) {
        return of(name, other, shape, values);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TestTensor(String n, DType d, Shape s, byte[] b)
                && n.equals(name)
                && d == dtype
                && s.equals(shape)
                && Arrays.equals(b, bytes);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name + " " + dtype + " " + shape;
    }
}
