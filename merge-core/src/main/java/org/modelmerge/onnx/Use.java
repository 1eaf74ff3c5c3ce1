package org.modelmerge.onnx;

/// One use of a tensor by a node.
///
/// @param operator the operator, such as `MatMul`
/// @param node the node's name, empty if it has none
/// @param input which input of the operator the tensor is, from 0
/// @param transB whether a `Gemm` transposes its second input
record Use(String operator, String node, int input, boolean transB) {}
