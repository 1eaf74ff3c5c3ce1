package org.modelmerge.onnx;

import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Shape;

/// A tensor of the output.
///
/// @param name its name in the output
/// @param onnxName the initialiser that it comes from
/// @param dtype element type, the same in both files
/// @param shape sizes in the output
/// @param transposed whether rows and columns were exchanged
public record ImportedTensor(String name, String onnxName, DType dtype, Shape shape, boolean transposed) {
    /// Whether the output's name is not the file's.
    public boolean isRenamed() {
        return !name.equals(onnxName);
    }
}
