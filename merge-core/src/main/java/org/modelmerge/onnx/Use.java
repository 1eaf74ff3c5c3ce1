package org.modelmerge.onnx;

/// One use of a tensor by a node.
///
/// @param operator the operator, such as `MatMul`
/// @param node the node's name, empty if it has none
/// @param scopes the modules that the node came from, from the outermost in, and its function, as PyTorch's newer
///     exporter writes them; empty if the node does not say
/// @param input which input of the operator the tensor is, from 0
/// @param transB whether a `Gemm` transposes its second input
record Use(String operator, String node, String scopes, int input, boolean transB) {}
