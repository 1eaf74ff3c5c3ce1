package org.modelmerge.engine;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.OutputTensor;
import org.modelmerge.checkpoint.Shape;

/// A merge as immutable data, built from headers alone: everything that follows is a pure function of the plan, the
/// pass and the unit. [MergePlanJson] is its canonical form.
///
/// @param version the version of modelmerge that made it
/// @param method name in the catalogue
/// @param parameters effective parameters of the method, with numbers as JSON has them: Long or Double
/// @param inputs base first, then the experts in task order
/// @param tensors all output tensors in output order
/// @param dropped names of tensors that only experts have, left out under `--allow-extra`
/// @param allowNonfinite whether NaN and infinity pass
/// @param statistics whether the emit pass measures the weights
/// @param leafElements elements of a leaf, the grain of work and of floating sums
/// @param outputs the output's files with their final headers
/// @param index the text of `model.safetensors.index.json`, null when there is one file
/// @param settings the remaining choices that shaped the plan, by their option names, for provenance
public record MergePlan(
        String version,
        String method,
        Map<String, Object> parameters,
        List<Input> inputs,
        List<PlannedTensor> tensors,
        List<String> dropped,
        boolean allowNonfinite,
        boolean statistics,
        int leafElements,
        List<OutputFile> outputs,
        @Nullable String index,
        Map<String, Object> settings) {
    public MergePlan {
        if (leafElements < 1) {
            throw new IllegalArgumentException("leafElements " + leafElements);
        }
    }

    /// The task names, in order.
    public List<String> tasks() {
        return inputs.stream().skip(1).map(Input::name).toList();
    }

    /// The same without measuring the weights.
    MergePlan withoutStatistics() {
        return new MergePlan(
                version,
                method,
                parameters,
                inputs,
                tensors,
                dropped,
                allowNonfinite,
                false,
                leafElements,
                outputs,
                index,
                settings);
    }

    /// D: the number of merged elements.
    public long mergedElementCount() {
        return tensors.stream()
                .filter(PlannedTensor::isMerged)
                .mapToLong(t -> t.shape().elementCount())
                .sum();
    }

    /// One model.
    ///
    /// @param name the task name, or `base`
    /// @param path as the caller gave it
    /// @param sizeBytes of all shards
    /// @param headerSha256 of the checkpoint's headers
    /// @param shards in name order
    /// @param origin what the tensors are computed from, for people; null if they are read as they are
    public record Input(
            String name,
            String path,
            long sizeBytes,
            String headerSha256,
            List<InputShard> shards,
            @Nullable String origin) {
        /// A model that is read as it is.
        public Input(String name, String path, long sizeBytes, String headerSha256, List<InputShard> shards) {
            this(name, path, sizeBytes, headerSha256, shards, null);
        }
    }

    /// One file of a model.
    public record InputShard(String file, long sizeBytes, String headerSha256) {}

    /// One tensor of the output.
    ///
    /// @param dtype dtype in the output
    /// @param copyReason null for a merged tensor, else why it is copied from the base
    /// @param ranges where each model keeps it, base first; null where a model lacks it or its values play no part
    /// @param outputFile index into `outputs`
    /// @param outputOffset first byte in that file
    public record PlannedTensor(
            String name,
            Shape shape,
            DType dtype,
            @Nullable CopyReason copyReason,
            List<@Nullable Range> ranges,
            int outputFile,
            long outputOffset) {
        /// Whether the method computes it; otherwise it is copied from the base.
        public boolean isMerged() {
            return copyReason == null;
        }

        /// Bytes in the output.
        public long byteCount() {
            return new OutputTensor(name, dtype, shape).byteCount();
        }
    }

    /// Why a tensor is copied from the base.
    public enum CopyReason {
        /// Integers and bools are never averaged; experts that differ are named in a warning.
        INTEGER,
        /// Floats of 8 bits and fewer, and complex numbers: experts must be equal.
        UNSUPPORTED_DTYPE,
        /// `--include` and `--exclude` leave it out.
        OUT_OF_SCOPE,
        /// An expert lacks it, under `--allow-missing`.
        MISSING_IN_EXPERT
    }

    /// Bytes of a tensor in one model.
    ///
    /// @param shard index into the input's shards; beyond them, what an adapter's folded tensors are computed by,
    ///     in the order of [org.modelmerge.checkpoint.Checkpoint#sources()]
    /// @param dtype dtype in that model
    /// @param offset first byte in the shard's file
    public record Range(int shard, DType dtype, long offset) {}

    /// One file of the output.
    ///
    /// @param name file name, without folder
    /// @param header the header's JSON text, padding included
    /// @param sizeBytes of the whole file
    public record OutputFile(String name, String header, long sizeBytes) {}
}
