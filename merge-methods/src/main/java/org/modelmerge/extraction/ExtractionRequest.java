package org.modelmerge.extraction;

import java.nio.file.Path;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.svd.SvdMode;

/// What to extract and where to.
///
/// @param models base, one expert and the scope; the method plays no part
/// @param output the adapter's folder
/// @param force whether an existing output is replaced
/// @param rank largest rank of a module, at least 1
/// @param dtype of the factors: F32, F16 or BF16
/// @param svd how singular vectors are computed
/// @param seed of random subspaces
public record ExtractionRequest(
        MergeRequest models, Path output, boolean force, int rank, DType dtype, SvdMode svd, long seed) {
    /// Checks what types cannot say.
    public ExtractionRequest {
        if (models.experts().size() != 1) {
            throw new IllegalArgumentException(models.experts().size() + " experts");
        }
        if (rank < 1) {
            throw new IllegalArgumentException("rank " + rank);
        }
        if (!dtype.isFloat() || dtype == DType.F64) {
            throw new IllegalArgumentException("dtype " + dtype);
        }
    }
}
