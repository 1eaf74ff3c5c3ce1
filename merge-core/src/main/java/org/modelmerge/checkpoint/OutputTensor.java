package org.modelmerge.checkpoint;

/// A tensor that is to be written, without a place yet.
///
/// @param name the key in the header
/// @param dtype element type
/// @param shape sizes, row-major
public record OutputTensor(String name, DType dtype, Shape shape) {
    /// The number of bytes the tensor takes.
    ///
    /// @throws IllegalArgumentException if its bits do not fill whole bytes, as an odd number of F4 would not
    /// @throws ArithmeticException if the number of bits exceeds a long
    public long byteCount() {
        long bits = Math.multiplyExact(shape.elementCount(), (long) dtype.bits());
        if (bits % Byte.SIZE != 0) {
            throw new IllegalArgumentException(
                    "got " + bits + " bits of " + dtype + " in " + shape + ", expected whole bytes");
        }
        return bits / Byte.SIZE;
    }
}
