package org.modelmerge.onnx;

import java.util.List;
import org.modelmerge.checkpoint.Shape;

/// A tensor that an ONNX file stores, as it stands there.
///
/// @param name its name in the graph, any text
/// @param typeCode the number of its element type, known or not
/// @param shape sizes, row-major
/// @param data where its values are
record Initializer(String name, long typeCode, Shape shape, Data data) {

    /// Where the values are.
    sealed interface Data {}

    /// Raw little-endian bytes in the ONNX file.
    ///
    /// @param begin first byte
    /// @param end first byte after them
    record Raw(long begin, long end) implements Data {}

    /// Raw little-endian bytes in a file beside the ONNX file.
    ///
    /// @param location path relative to the folder of the ONNX file, not checked
    /// @param begin first byte
    /// @param length number of bytes, -1 for all that follow
    record External(String location, long begin, long length) implements Data {}

    /// Values one by one in a typed field.
    ///
    /// @param runs the pieces of the field, in order
    record Typed(OnnxType.Field field, List<Run> runs) implements Data {
        Typed {
            runs = List.copyOf(runs);
        }
    }

    /// A piece of a typed field: a range of the file with values side by side.
    record Run(long begin, long end) {}
}
