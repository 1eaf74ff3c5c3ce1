package org.modelmerge.engine;

/// A fixed piece of one tensor: the grain of work and of floating sums, whatever threads or machines do.
///
/// @param tensor index into the plan's tensors
/// @param merged the tensor's place among the merged tensors, or -1 for a copied tensor
/// @param ordinal the leaf's place among all leaves of merged tensors, or -1 for a copied tensor
/// @param start first element of a merged tensor, first byte of a copied one
/// @param count elements of a merged tensor, bytes of a copied one
record Leaf(int tensor, int merged, int ordinal, long start, int count) {
    boolean isMerged() {
        return merged >= 0;
    }
}
