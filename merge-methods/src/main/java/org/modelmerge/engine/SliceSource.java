package org.modelmerge.engine;

import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Slice;

/// Where the slices of merged tensors come from; one per thread.
interface SliceSource {
    /// Takes the slices of a leaf, in order.
    @FunctionalInterface
    interface Visitor {
        /// Takes one slice.
        ///
        /// @param slice valid until this call returns
        /// @param start the slice's first element in its tensor
        void visit(Slice slice, long start) throws MergeException;
    }

    /// Goes through a leaf of a merged tensor.
    void forEachSlice(Leaf leaf, Visitor visitor) throws MergeException;

    /// Puts the base's bits where all models agree on them and arithmetic may have lost them: a -0, NaN, infinity.
    ///
    /// @param slice the one that is being visited
    void keepAgreement(Slice slice);

    /// The bytes of input that an element takes.
    long bytesPerElement(PlannedTensor tensor);
}
