package org.modelmerge.engine;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.method.MergeMethod;

/// What to merge and how; [#of] gives one with all defaults.
///
/// @param method the method with its parameters
/// @param base the base: a file, a folder or an index file
/// @param experts at least one, in task order
/// @param scope which float tensors are merged
/// @param allowMissing copy from the base what an expert lacks
/// @param allowExtra leave out what only experts have
/// @param allowNonfinite let NaN and infinity pass
/// @param dtype dtype of merged tensors in the output, null for the base's
/// @param singleFile the name of the only output file, or null for a model folder's names and shards
/// @param maxShardBytes limit of one shard of a model folder
/// @param limits threads, memory and slice size; they never change a result
/// @param statistics whether to measure the weights while emitting
/// @param hashInputs whether to hash the whole inputs
/// @param storage where files live
public record MergeRequest(
        MergeMethod method,
        Path base,
        List<Path> experts,
        Scope scope,
        boolean allowMissing,
        boolean allowExtra,
        boolean allowNonfinite,
        @Nullable DType dtype,
        @Nullable String singleFile,
        long maxShardBytes,
        Limits limits,
        boolean statistics,
        boolean hashInputs,
        Storage storage) {
    /// 5 GB, as in the Hugging Face libraries.
    public static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;

    public MergeRequest {
        experts = List.copyOf(experts);
        if (experts.isEmpty()) {
            throw new IllegalArgumentException("no experts");
        }
        if (dtype != null && !dtype.isFloat()) {
            throw new IllegalArgumentException("output dtype " + dtype + " is not one of F64, F32, F16, BF16");
        }
        if (maxShardBytes < 1) {
            throw new IllegalArgumentException("maxShardBytes " + maxShardBytes);
        }
    }

    /// A merge with all defaults.
    public static MergeRequest of(MergeMethod method, Path base, List<Path> experts) {
        return new MergeRequest(
                method,
                base,
                experts,
                Scope.ALL,
                false,
                false,
                false,
                null,
                null,
                DEFAULT_SHARD_BYTES,
                Limits.DEFAULT,
                true,
                false,
                LocalStorage.INSTANCE);
    }

    /// Machine limits.
    ///
    /// @param threads worker threads, 0 for all cores
    /// @param memoryBytes bound of the buffers and statistics, 0 for none
    /// @param sliceElements elements of a slice
    public record Limits(int threads, long memoryBytes, int sliceElements) {
        /// All cores, no bound, slices of 16 Ki elements: with three experts their arrays stay in a second-level cache.
        public static final Limits DEFAULT = new Limits(0, 0, 1 << 14);

        public Limits {
            if (threads < 0) {
                throw new IllegalArgumentException("threads " + threads);
            }
            if (memoryBytes < 0) {
                throw new IllegalArgumentException("memoryBytes " + memoryBytes);
            }
            if (sliceElements < 1) {
                throw new IllegalArgumentException("sliceElements " + sliceElements);
            }
        }
    }
}
