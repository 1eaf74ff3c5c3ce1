package org.modelmerge.network;

import java.util.List;
import org.modelmerge.error.MergeException;

/// What computes features of batches: a network, or experts that are mixed for each item.
@FunctionalInterface
public interface BatchFeatures {
    /// Computes features of batches.
    ///
    /// @return `[items][d]` for each batch
    /// @throws MergeException `MISMATCH` if the network cannot read these items, `UNAVAILABLE` if memory runs
    ///     out, `CANCELLED` if the calling thread is interrupted
    List<float[][]> features(List<? extends Batch> batches) throws MergeException;
}
