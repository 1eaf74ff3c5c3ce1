package org.modelmerge.engine;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.Shard;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// The bytes of a finished output against the bytes that its plan gives again.
///
/// @param unitCount units of the output
/// @param checkedCount units that were computed again
/// @param checkedBytes bytes that were compared
/// @param difference the first difference found, or null if all bytes agree
public record Recomputation(
        int unitCount,
        int checkedCount,
        long checkedBytes,
        @Nullable Difference difference) {
    /// Where the output differs.
    ///
    /// @param file name of the output's file
    /// @param tensor name of the tensor
    /// @param offset first differing byte, counted in the file
    public record Difference(String file, String tensor, long offset) {}

    /// A random sample of units, at least one; the same for the same seed.
    static BitSet sample(int unitCount, double share, long seed) {
        int wanted = (int) Math.max(1, Math.ceil(unitCount * share));
        BitSet units = new BitSet();
        SplittableRandom random = new SplittableRandom(seed);
        for (int unit = 0; unit < unitCount; unit++) {
            // Each unit with the chance that leaves exactly `wanted` in the end.
            if (random.nextInt(unitCount - unit) < wanted - units.cardinality()) {
                units.set(unit);
            }
        }
        return units;
    }

    /// Refuses an output that does not have the plan's tensors at the plan's places.
    ///
    /// @throws MergeException `MISMATCH`
    static void requireLayout(MergePlan plan, Checkpoint output) throws MergeException {
        int files = plan.outputs().size();
        boolean same = output.shards().size() == files
                && output.tensors().size() == plan.tensors().size();
        for (PlannedTensor tensor : plan.tensors()) {
            StoredTensor stored = same ? output.tensor(tensor.name()) : null;
            same = stored != null
                    && stored.shard() == output.shards().get(tensor.outputFile())
                    && stored.fileOffset() == tensor.outputOffset()
                    && stored.info().dtype() == tensor.dtype()
                    && stored.info().shape().equals(tensor.shape());
            if (!same) {
                throw MergeException.of(
                                ErrorCode.MISMATCH,
                                "is not laid out as these inputs and parameters give it (got "
                                        + output.tensors().size()
                                        + " tensors in " + output.shards().size() + " files, expected "
                                        + plan.tensors().size() + " in " + files + ")")
                        .inFile(output.path())
                        .atTensor(tensor.name());
            }
        }
    }

    /// Compares instead of writing.
    static final class ComparingSink implements UnitSink {
        private final MergePlan plan;
        private final Checkpoint output;
        private long checkedBytes;
        private @Nullable Difference first;

        /// @param output has the plan's files, in the plan's order
        ComparingSink(MergePlan plan, Checkpoint output) {
            this.plan = plan;
            this.output = output;
        }

        @Override
        public void write(int file, ByteBuffer bytes, long offset) throws MergeException {
            Shard shard = output.shards().get(file);
            ByteBuffer stored = ByteBuffer.allocate(bytes.remaining());
            try {
                shard.source().read(stored, offset);
            } catch (MergeException e) {
                throw e.inFile(shard.name());
            }
            int at = bytes.mismatch(stored.flip());
            record(file, bytes.remaining(), at < 0 ? -1 : offset + at);
            bytes.position(bytes.limit());
        }

        @Override
        public void completed(int unit) {}

        private synchronized void record(int file, int count, long differingByte) {
            checkedBytes += count;
            boolean earlier = first == null || differingByte < first.offset();
            if (differingByte >= 0 && earlier) {
                first = new Difference(output.shards().get(file).name(), tensorAt(file, differingByte), differingByte);
            }
        }

        private String tensorAt(int file, long offset) {
            String name = "";
            for (PlannedTensor tensor : plan.tensors()) {
                if (tensor.outputFile() == file && tensor.outputOffset() <= offset) {
                    name = tensor.name();
                }
            }
            return name;
        }

        synchronized Recomputation result(int unitCount, int checkedCount) {
            return new Recomputation(unitCount, checkedCount, checkedBytes, first);
        }
    }
}
