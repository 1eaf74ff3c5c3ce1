package org.modelmerge.checkpoint;

/// One entry of a safetensors header.
///
/// @param name the key in the header, any Unicode text
/// @param dtype element type
/// @param shape sizes, row-major
/// @param begin first byte, counted from the start of the data section
/// @param end first byte after the tensor, counted likewise
public record TensorInfo(String name, DType dtype, Shape shape, long begin, long end) {
    /// The number of elements.
    public long elementCount() {
        return shape.elementCount();
    }

    /// The number of bytes.
    public long byteCount() {
        return end - begin;
    }
}
