package org.modelmerge.engine;

import java.util.List;
import org.modelmerge.engine.MergePlan.CopyReason;
import org.modelmerge.error.MergeException;

/// What happens to a tensor of the base.
sealed interface TensorRule {
    /// The method computes it.
    record Merge() implements TensorRule {}

    /// The base's values are copied.
    record Copy(CopyReason reason) implements TensorRule {}

    /// The models cannot be merged.
    record Refuse(List<MergeException> reasons) implements TensorRule {}
}
