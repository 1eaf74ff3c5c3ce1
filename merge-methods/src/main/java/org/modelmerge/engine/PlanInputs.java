package org.modelmerge.engine;

import java.util.List;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.Shard;
import org.modelmerge.engine.MergePlan.Range;

/// The open files behind a plan's ranges.
record PlanInputs(List<Checkpoint> models) {
    /// Bytes that the models take while so many threads read them.
    long memoryBytes(int threads) {
        return models.stream().mapToLong(model -> model.memoryBytes(threads)).sum();
    }

    RangeSource source(int model, Range range) {
        return shard(model, range).source();
    }

    Shard shard(int model, Range range) {
        return models.get(model).sources().get(range.shard());
    }
}
