package org.modelmerge.checkpoint;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// The files of an output checkpoint, known to the byte before any tensor is computed: headers, offsets, shards, index.
///
/// Headers are what the reference writer (safetensors 0.8.0, `tensor.rs`, `prepare`) makes of the same tensors: ordered
/// by descending dtype, then by name; `__metadata__` first; padded with spaces to a multiple of 8. Differs: metadata
/// keys are sorted, where the reference follows the order of a hash map, which changes from run to run.
public final class CheckpointLayout {
    /// Largest header the reference implementation reads or writes, `MAX_HEADER_SIZE`.
    static final int MAX_HEADER_BYTES = 100_000_000;

    /// Where a folder of shards keeps the text of [#index()].
    public static final String INDEX_NAME = ShardIndex.FILE_NAME;

    /// The usual limit of a shard: 5 GB, as in the Hugging Face libraries.
    public static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;

    private static final Comparator<OutputTensor> ORDER = Comparator.comparing(OutputTensor::dtype, DType.WRITE_ORDER)
            .thenComparing(OutputTensor::name, CodePointOrder.INSTANCE);

    private final List<ShardLayout> shards;
    private final byte @Nullable [] index;

    private CheckpointLayout(List<ShardLayout> shards, byte @Nullable [] index) {
        this.shards = shards;
        this.index = index;
    }

    /// Lays tensors out, in as many shards as the limit asks for.
    ///
    /// Shards are filled greedily in write order; a tensor larger than the limit gets a shard of its own. An empty
    /// metadata map writes no `__metadata__`.
    ///
    /// @param tensors in any order; names differ
    /// @param metadata written into every shard
    /// @param maxShardBytes limit of a shard's tensors together, without its header; [Long#MAX_VALUE] for one file
    /// @throws MergeException `UNSUPPORTED_FORMAT` if a name cannot be written
    ///     or a header exceeds 100,000,000 bytes
    public static CheckpointLayout of(List<OutputTensor> tensors, Map<String, String> metadata, long maxShardBytes)
            throws MergeException {
        if (maxShardBytes <= 0) {
            throw new IllegalArgumentException("maxShardBytes: got " + maxShardBytes + ", expected more than 0");
        }
        checkNames(tensors);
        TreeMap<String, String> sortedMetadata = new TreeMap<>(CodePointOrder.INSTANCE);
        sortedMetadata.putAll(metadata);
        List<List<TensorInfo>> groups = split(tensors.stream().sorted(ORDER).toList(), maxShardBytes);
        List<ShardLayout> shards = new ArrayList<>(groups.size());
        for (int i = 0; i < groups.size(); i++) {
            shards.add(shard(fileName(i, groups.size()), groups.get(i), sortedMetadata));
        }
        return new CheckpointLayout(List.copyOf(shards), shards.size() == 1 ? null : index(shards));
    }

    /// The files in order; at least one, even without tensors.
    public List<ShardLayout> shards() {
        return shards;
    }

    /// The text of `model.safetensors.index.json`, copied, or null when there is one shard.
    public byte @Nullable [] index() {
        return index == null ? null : index.clone();
    }

    private static void checkNames(List<OutputTensor> tensors) throws MergeException {
        Set<String> seen = HashSet.newHashSet(tensors.size());
        for (OutputTensor tensor : tensors) {
            String name = tensor.name();
            if (!seen.add(name)) {
                throw new IllegalArgumentException("two tensors are named " + name);
            }
            if (name.equals(HeaderText.METADATA_KEY)) {
                throw MergeException.of(ErrorCode.UNSUPPORTED_FORMAT, "this name is reserved and cannot be a tensor's")
                        .atTensor(name);
            }
            if (!HeaderText.isWellFormed(name)) {
                throw MergeException.of(
                                ErrorCode.UNSUPPORTED_FORMAT,
                                "the name has an unpaired surrogate, expected Unicode text")
                        .atTensor(name);
            }
        }
    }

    private static List<List<TensorInfo>> split(List<OutputTensor> ordered, long maxShardBytes) {
        List<List<TensorInfo>> groups = new ArrayList<>();
        List<TensorInfo> group = new ArrayList<>();
        long begin = 0;
        for (OutputTensor tensor : ordered) {
            long size = tensor.byteCount();
            if (!group.isEmpty() && size > maxShardBytes - begin) {
                groups.add(group);
                group = new ArrayList<>();
                begin = 0;
            }
            long end = Math.addExact(begin, size);
            group.add(new TensorInfo(tensor.name(), tensor.dtype(), tensor.shape(), begin, end));
            begin = end;
        }
        groups.add(group);
        return groups;
    }

    private static String fileName(int position, int count) {
        return count == 1
                ? "model.safetensors"
                : String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", position + 1, count);
    }

    private static ShardLayout shard(String fileName, List<TensorInfo> tensors, SortedMap<String, String> metadata)
            throws MergeException {
        byte[] header = HeaderText.header(tensors, metadata, MAX_HEADER_BYTES);
        long dataSize = tensors.isEmpty() ? 0 : tensors.getLast().end();
        return new ShardLayout(
                fileName, ByteBuffer.wrap(header), tensors, header.length, Math.addExact(header.length, dataSize));
    }

    private static byte[] index(List<ShardLayout> shards) {
        TreeMap<String, String> weightMap = new TreeMap<>(CodePointOrder.INSTANCE);
        long totalSize = 0;
        for (ShardLayout shard : shards) {
            totalSize = Math.addExact(totalSize, shard.fileSize() - shard.dataStart());
            shard.tensors().forEach(tensor -> weightMap.put(tensor.name(), shard.fileName()));
        }
        return HeaderText.index(totalSize, weightMap).getBytes(StandardCharsets.US_ASCII);
    }
}
