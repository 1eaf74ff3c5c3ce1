package org.modelmerge.onnx;

/// An initialiser that is not part of the output.
///
/// @param onnxName its name in the file
/// @param reason why, in a few words; text from the file in it is escaped
public record LeftOut(String onnxName, String reason) {}
