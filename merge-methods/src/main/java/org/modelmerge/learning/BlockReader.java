package org.modelmerge.learning;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Shard;
import org.modelmerge.checkpoint.SliceReader;
import org.modelmerge.engine.MergeJob;
import org.modelmerge.engine.MergePlan.Range;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.learning.TaskVectors.Block;
import org.modelmerge.method.SignElection;
import org.modelmerge.method.Slice;

/// Reads base and task vectors of blocks from the models; one per thread.
final class BlockReader {
    private final MergeJob job;
    private final @Nullable SignElection election;
    private final SliceReader reader;
    private final Slice.Workspace workspace = new Slice.Workspace();
    private float[] base = new float[0];
    private float[][] experts;

    /// Makes readers.
    interface Factory {
        BlockReader create();
    }

    /// A block's elements.
    ///
    /// @param tau `[n][m]`
    record Values(float[] base, float[][] tau) {
        Values copy() {
            float[][] copies = new float[tau.length][];
            for (int i = 0; i < tau.length; i++) {
                copies[i] = tau[i].clone();
            }
            return new Values(base.clone(), copies);
        }
    }

    BlockReader(MergeJob job, @Nullable SignElection election, int mostElements) {
        this.job = job;
        this.election = election;
        this.reader = new SliceReader(mostElements);
        this.experts = new float[job.plan().tasks().size()][0];
    }

    /// A block's elements, valid until the next call.
    ///
    /// @throws MergeException `NON_FINITE`, or as the system refuses
    Values read(Block block) throws MergeException {
        if (base.length != block.count()) {
            base = new float[block.count()];
            experts = new float[experts.length][block.count()];
        }
        List<@Nullable Range> ranges = block.tensor().ranges();
        for (int model = 0; model < ranges.size(); model++) {
            read(block, model, ranges.get(model), model == 0 ? base : experts[model - 1]);
        }
        Slice slice = workspace.slice(block.tensor().name(), 0, base, experts);
        if (election == null) {
            return new Values(base, slice.tau());
        }
        float[][] elected = election.trimmed(slice);
        election.keepElected(elected, slice);
        return new Values(base, elected);
    }

    private void read(Block block, int model, @Nullable Range range, float[] target) throws MergeException {
        if (range == null) {
            throw new IllegalStateException(
                    "a merged tensor without a range: " + block.tensor().name());
        }
        Shard shard = job.inputs().get(model).shards().get(range.shard());
        try {
            long offset = range.offset() + block.start() * range.dtype().bytes();
            reader.readFloats(shard.source(), range.dtype(), offset, target);
            int j = reader.firstNonFinite();
            if (j >= 0) {
                throw MergeException.of(
                        ErrorCode.NON_FINITE,
                        "element " + (block.start() + j) + " is not finite (got " + target[j]
                                + ", expected a finite number, since nothing can be learned from others)");
            }
        } catch (MergeException e) {
            throw e.inFile(shard.name()).atTensor(block.tensor().name());
        }
    }
}
