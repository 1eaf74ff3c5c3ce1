package org.modelmerge.network;

import java.nio.FloatBuffer;
import java.util.Map;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.MergeException;

/// Where a network's weights come from: a checkpoint, or the memory of a program that merges.
public interface WeightSource {
    /// What messages call it, for example a path.
    String name();

    /// Names and shapes of all tensors.
    Map<String, Shape> shapes();

    /// Writes all elements of a tensor as float32, in row-major order.
    ///
    /// @param target has room for exactly these
    /// @throws MergeException `UNSUPPORTED_DTYPE` for integers and the like, or as the system refuses
    void read(String tensor, FloatBuffer target) throws MergeException;

    /// Whether a tensor belongs to the frozen part, which is the same for all models of a family.
    default boolean isFrozen(String tensor) {
        return false;
    }

    /// Checks that what was read is still what the source holds.
    ///
    /// @throws MergeException `CHANGED`
    default void checkUnchanged() throws MergeException {}
}
