package org.modelmerge.engine;

import java.nio.FloatBuffer;
import java.util.Map;
import org.modelmerge.checkpoint.OutputTensor;
import org.modelmerge.error.MergeException;

/// The tensors of a merged model by name, wherever they come from: what a network or a foreign evaluation needs to be
/// filled.
public interface ResultTensors {
    /// Names, dtypes and shapes of all tensors, in output order.
    Map<String, OutputTensor> tensors();

    /// Writes all elements of a float tensor as float32, in row-major order.
    ///
    /// @param target has room for exactly these, in memory that all threads may write
    /// @throws IllegalArgumentException if there is no such tensor, or no room
    /// @throws MergeException `UNSUPPORTED_DTYPE` for integers and the like, or whatever merging throws
    void readFloats(String tensor, FloatBuffer target) throws MergeException;
}
