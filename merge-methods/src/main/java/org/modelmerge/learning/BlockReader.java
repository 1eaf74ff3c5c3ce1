package org.modelmerge.learning;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
///
/// It lives as long as learning does, and blocks of the same length share their arrays from pass to pass: arrays of
/// this size that are given up after each block or pass outlive the young generation and fill the heap, by 30 MB a
/// step where MiniLM learned from six tasks.
final class BlockReader {
    /// The lengths for which arrays are kept, in largest blocks.
    private static final int MOST_KEPT = 4;

    private final MergeJob job;
    private final @Nullable SignElection election;
    private final SliceReader reader;
    private final int mostElements;
    private final Map<Integer, Buffers> kept = new HashMap<>();
    private int keptElements;

    /// Arrays for blocks of one length.
    private record Buffers(float[] base, float[][] experts, float[] scratch, Slice.Workspace workspace) {
        Buffers(int tasks, int count) {
            this(new float[count], new float[tasks][count], new float[count], new Slice.Workspace());
        }
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
        this.mostElements = mostElements;
    }

    private Buffers buffers(int count) {
        Buffers known = kept.get(count);
        if (known != null) {
            return known;
        }
        if (keptElements + count > MOST_KEPT * mostElements) {
            kept.clear();
            keptElements = 0;
        }
        Buffers added = new Buffers(job.plan().tasks().size(), count);
        kept.put(count, added);
        keptElements += count;
        return added;
    }

    /// An array of `count` elements to be overwritten, the same until other lengths have taken its place.
    float[] scratch(int count) {
        return buffers(count).scratch();
    }

    /// A block's elements, valid until the next call.
    ///
    /// @throws MergeException `NON_FINITE`, or as the system refuses
    Values read(Block block) throws MergeException {
        Buffers buffers = buffers(block.count());
        float[] base = buffers.base();
        float[][] experts = buffers.experts();
        List<@Nullable Range> ranges = block.tensor().ranges();
        for (int model = 0; model < ranges.size(); model++) {
            read(block, model, ranges.get(model), model == 0 ? base : experts[model - 1]);
        }
        Slice slice = buffers.workspace().slice(block.tensor().name(), 0, base, experts);
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
