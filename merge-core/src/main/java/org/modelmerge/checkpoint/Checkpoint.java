package org.modelmerge.checkpoint;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.MergeException;

/// An open model: one safetensors file, or several with an index that says which tensor is where.
///
/// Opening reads and checks all headers and nothing else. Immutable, and safe for use by several threads until it is
/// closed; the files stay open until then.
///
/// The tensors of some checkpoints are computed while they are read, from files of another form: see [#computed].
public final class Checkpoint implements AutoCloseable {
    /// The file of a folder that holds a model in one file.
    public static final String MODEL_FILE = "model.safetensors";

    /// The file of a folder that says which shard holds which tensor.
    public static final String INDEX_FILE = ShardIndex.FILE_NAME;

    private final String path;
    private final Kind kind;
    private final String name;
    private final @Nullable Path folder;
    private final List<Shard> shards;
    private final Map<String, StoredTensor> tensors;
    private final List<Shard> sources;
    private final @Nullable String origin;
    private final IntToLongFunction memory;

    /// What the user named.
    public enum Kind {
        /// One safetensors file.
        FILE,
        /// A folder with `model.safetensors` or with an index and its shards.
        FOLDER,
        /// An index file, `*.index.json`.
        INDEX
    }

    Checkpoint(String path, Kind kind, String name, @Nullable Path folder, List<Shard> shards) {
        this(path, kind, name, folder, shards, stored(shards), null, _ -> 0);
    }

    private Checkpoint(
            String path,
            Kind kind,
            String name,
            @Nullable Path folder,
            List<Shard> shards,
            Map<String, StoredTensor> tensors,
            @Nullable String origin,
            IntToLongFunction memory) {
        this.path = path;
        this.kind = kind;
        this.name = name;
        this.folder = folder;
        this.shards = List.copyOf(shards);
        this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        Set<Shard> all = new LinkedHashSet<>(shards);
        tensors.values().forEach(tensor -> all.add(tensor.shard()));
        this.sources = List.copyOf(all);
        this.origin = origin;
        this.memory = memory;
    }

    private static Map<String, StoredTensor> stored(List<Shard> shards) {
        Map<String, StoredTensor> byName = new LinkedHashMap<>();
        for (Shard shard : shards) {
            for (TensorInfo info : shard.header().tensors()) {
                byName.put(info.name(), new StoredTensor(shard, info));
            }
        }
        return byName;
    }

    /// A model folder of another form, whose tensors are computed while they are read.
    ///
    /// @param folder as the user gave it
    /// @param files what the folder holds: they are hashed and held against change in place of weights, and closed
    ///     with the checkpoint
    /// @param tensors by name; each from one of `files`, [StoredTensor#computed], or of another checkpoint, which
    ///     must stay open as long as this one
    /// @param origin one phrase, for people: what the tensors are computed from
    /// @param memory bytes that computing takes while so many threads read
    /// @throws MergeException if the storage cannot tell the folder's name
    public static Checkpoint computed(
            Storage storage,
            Path folder,
            List<Shard> files,
            Map<String, StoredTensor> tensors,
            String origin,
            IntToLongFunction memory)
            throws MergeException {
        String name = new CheckpointOpener(storage, folder).folderName(folder);
        return new Checkpoint(folder.toString(), Kind.FOLDER, name, folder, files, tensors, origin, memory);
    }

    /// The same files as another model. It owns them in this one's place: close one of the two.
    ///
    /// @param others by name; each from one of the files, [StoredTensor#computed], or of another checkpoint, which
    ///     must stay open as long
    /// @param computedFrom one phrase, for people: what the tensors are computed from
    public Checkpoint withTensors(Map<String, StoredTensor> others, String computedFrom) {
        return new Checkpoint(path, kind, name, folder, shards, others, computedFrom, _ -> 0);
    }

    /// Opens a checkpoint of the local file system.
    ///
    /// @param path a safetensors file, whatever its name; a folder with `model.safetensors` (which comes first, as
    ///     in transformers) or `model.safetensors.index.json`; or an index file, `*.index.json`
    /// @throws MergeException `MALFORMED`, `UNSUPPORTED_FORMAT`, `NOT_FOUND`, `NOT_REGULAR`, `PERMISSION`,
    ///     `CHANGED` or `IO`, naming the file; no handle stays open
    public static Checkpoint open(Path path) throws MergeException {
        return open(LocalStorage.INSTANCE, path);
    }

    /// Opens a checkpoint of any storage; see [#open(Path)].
    public static Checkpoint open(Storage storage, Path path) throws MergeException {
        return new CheckpointOpener(storage, path).open();
    }

    /// The path as the user gave it; escape it before printing.
    public String path() {
        return path;
    }

    /// What the user named.
    public Kind kind() {
        return kind;
    }

    /// The name of the task: the file's name without `.safetensors`, or the folder's name.
    public String name() {
        return name;
    }

    /// The folder that holds the model, with its `config.json` and the like; null if a single file was named.
    public @Nullable Path folder() {
        return folder;
    }

    /// The files, by name (code points).
    public List<Shard> shards() {
        return shards;
    }

    /// All that tensors are read from: the files of [#shards()], then, for tensors that are not read from these, what
    /// computes them and the files of other checkpoints. The order follows from the inputs alone.
    public List<Shard> sources() {
        return sources;
    }

    /// What the tensors are computed from, one phrase for people; null if they are read as they are.
    public @Nullable String origin() {
        return origin;
    }

    /// Bytes that the checkpoint takes beyond its readers' buffers: 0 unless tensors are computed.
    ///
    /// @param threads that read at a time
    public long memoryBytes(int threads) {
        return memory.applyAsLong(threads);
    }

    /// All tensors by name, in the order of the shards and, within one, by ascending offset; unmodifiable.
    public Map<String, StoredTensor> tensors() {
        return tensors;
    }

    /// The tensor with this name, or null.
    public @Nullable StoredTensor tensor(String tensorName) {
        return tensors.get(tensorName);
    }

    /// Bytes of all shards, headers included.
    public long sizeBytes() {
        long sum = 0;
        for (Shard shard : shards) {
            sum += shard.header().fileSize();
        }
        return sum;
    }

    /// A hash of all headers: the SHA-256 of the header of a single file, else the SHA-256 of the shards' hashes as
    /// lower-case hexadecimal digits, one after the other in the order of [#shards()].
    public String headerSha256() {
        if (shards.size() == 1) {
            return shards.getFirst().header().sha256();
        }
        MessageDigest digest = Hashes.sha256();
        for (Shard shard : shards) {
            digest.update(shard.header().sha256().getBytes(StandardCharsets.US_ASCII));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /// The strings under `__metadata__` of all shards; where they differ, the first shard's.
    public Map<String, String> metadata() {
        Map<String, String> union = new LinkedHashMap<>();
        for (Shard shard : shards) {
            shard.header().metadata().forEach(union::putIfAbsent);
        }
        return Collections.unmodifiableMap(union);
    }

    /// Checks that no file has changed since it was opened, as far as the storage can tell.
    ///
    /// @throws MergeException `CHANGED`, naming the file
    public void checkUnchanged() throws MergeException {
        for (Shard shard : shards) {
            try {
                shard.source().checkUnchanged();
            } catch (MergeException e) {
                throw e.inFile(shard.name());
            }
        }
    }

    /// Closes all files; idempotent.
    @Override
    public void close() {
        shards.forEach(shard -> shard.source().close());
    }

    @Override
    public String toString() {
        return path;
    }
}
