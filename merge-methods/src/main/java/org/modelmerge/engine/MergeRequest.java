package org.modelmerge.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.CheckpointLayout;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.NameFilter;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.MergeMethod;

/// What to merge and how; [#of] gives one with all defaults.
///
/// @param method the method with its parameters
/// @param base the base: a file, a folder or an index file
/// @param experts at least one, in task order
/// @param scope which float tensors are merged
/// @param allowed what is refused by default
/// @param form dtype and files of the output
/// @param limits threads, memory and slice size; they never change a result
/// @param statistics whether to measure the weights while emitting
/// @param hashing which files to hash from first to last byte
/// @param storage where files live
public record MergeRequest(
        MergeMethod method,
        Path base,
        List<Path> experts,
        NameFilter scope,
        Allowed allowed,
        OutputForm form,
        Limits limits,
        boolean statistics,
        Hashing hashing,
        Storage storage) {
    public MergeRequest {
        experts = List.copyOf(experts);
        if (experts.isEmpty()) {
            throw new IllegalArgumentException("no experts");
        }
    }

    /// A merge with all defaults.
    public static MergeRequest of(MergeMethod method, Path base, List<Path> experts) {
        return new MergeRequest(
                method,
                base,
                experts,
                NameFilter.ALL,
                Allowed.NOTHING,
                OutputForm.DEFAULT,
                Limits.DEFAULT,
                true,
                Hashing.OUTPUTS,
                LocalStorage.INSTANCE);
    }

    /// The same with another method.
    public MergeRequest withMethod(MergeMethod other) {
        return new MergeRequest(other, base, experts, scope, allowed, form, limits, statistics, hashing, storage);
    }

    /// The same with another base.
    public MergeRequest withBase(Path other) {
        return new MergeRequest(method, other, experts, scope, allowed, form, limits, statistics, hashing, storage);
    }

    /// The same with other experts.
    public MergeRequest withExperts(List<Path> other) {
        return new MergeRequest(method, base, other, scope, allowed, form, limits, statistics, hashing, storage);
    }

    /// The same with another choice of tensors.
    public MergeRequest withScope(NameFilter other) {
        return new MergeRequest(method, base, experts, other, allowed, form, limits, statistics, hashing, storage);
    }

    /// The same with other allowances.
    public MergeRequest withAllowed(Allowed other) {
        return new MergeRequest(method, base, experts, scope, other, form, limits, statistics, hashing, storage);
    }

    /// The same with another form of the output.
    public MergeRequest withForm(OutputForm other) {
        return new MergeRequest(method, base, experts, scope, allowed, other, limits, statistics, hashing, storage);
    }

    /// The same with merged tensors of this dtype, null for the base's.
    public MergeRequest withDtype(@Nullable DType dtype) {
        return withForm(new OutputForm(dtype, form.singleFile(), form.maxShardBytes()));
    }

    /// The same with one output file of this name.
    public MergeRequest withSingleFile(String name) {
        return withForm(new OutputForm(form.dtype(), name, form.maxShardBytes()));
    }

    /// The same with other limits of the machine.
    public MergeRequest withLimits(Limits other) {
        return new MergeRequest(method, base, experts, scope, allowed, form, other, statistics, hashing, storage);
    }

    /// The same with weights measured or not.
    public MergeRequest withStatistics(boolean wanted) {
        return new MergeRequest(method, base, experts, scope, allowed, form, limits, wanted, hashing, storage);
    }

    /// The same with other files hashed.
    public MergeRequest withHashing(Hashing other) {
        return new MergeRequest(method, base, experts, scope, allowed, form, limits, statistics, other, storage);
    }

    /// The same with files that live elsewhere.
    public MergeRequest withStorage(Storage other) {
        return new MergeRequest(method, base, experts, scope, allowed, form, limits, statistics, hashing, other);
    }

    /// What is hashed besides headers.
    public enum Hashing {
        /// Nothing: [MergeResult#sha256()] is empty.
        NOTHING,
        /// The files of the output.
        OUTPUTS,
        /// The files of the output, and the inputs, which takes another reading of each.
        EVERYTHING
    }

    /// What a merge refuses unless it is allowed.
    ///
    /// @param missing copy from the base what an expert lacks
    /// @param extra leave out what only experts have
    /// @param nonfinite let NaN and infinity pass
    public record Allowed(boolean missing, boolean extra, boolean nonfinite) {
        /// The default.
        public static final Allowed NOTHING = new Allowed(false, false, false);
    }

    /// Dtype and files of the output.
    ///
    /// @param dtype dtype of merged tensors, null for the base's
    /// @param singleFile the name of the only output file, or null for a model folder's names and shards
    /// @param maxShardBytes limit of one shard of a model folder
    public record OutputForm(
            @Nullable DType dtype, @Nullable String singleFile, long maxShardBytes) {
        /// A model folder of the base's dtypes.
        public static final OutputForm DEFAULT = new OutputForm(null, null, CheckpointLayout.DEFAULT_SHARD_BYTES);

        public OutputForm {
            if (dtype != null && !dtype.isFloat()) {
                throw new IllegalArgumentException("output dtype " + dtype + " is not one of F64, F32, F16, BF16");
            }
            if (maxShardBytes < 1) {
                throw new IllegalArgumentException("maxShardBytes " + maxShardBytes);
            }
        }
    }

    /// Machine limits.
    ///
    /// @param threads worker threads, 0 for all cores
    /// @param memoryBytes bound of the process by its estimate, 0 for none
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

        /// The worker threads that are meant.
        public int workers() {
            return threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
        }

        /// As many workers as memory allows, and at least one.
        ///
        /// @param peakBytes the peak of the process with so many threads
        /// @throws MergeException `USAGE` if one needs more than there may be
        public int fittingWorkers(IntToLongFunction peakBytes) throws MergeException {
            int fitting = workers();
            while (memoryBytes > 0 && fitting > 1 && peakBytes.applyAsLong(fitting) > memoryBytes) {
                fitting--;
            }
            requireMemory(peakBytes.applyAsLong(fitting));
            return fitting;
        }

        /// Refuses work that needs more memory than there may be.
        ///
        /// @param peakBytes of the process
        /// @throws MergeException `USAGE`
        public void requireMemory(long peakBytes) throws MergeException {
            if (memoryBytes > 0 && peakBytes > memoryBytes) {
                throw MergeException.of(
                        ErrorCode.USAGE,
                        "--max-memory is too small (got " + memoryBytes + " bytes, expected at least " + peakBytes
                                + ")");
            }
        }
    }
}
