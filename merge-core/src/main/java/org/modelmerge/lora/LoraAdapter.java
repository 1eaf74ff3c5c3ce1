package org.modelmerge.lora;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.Shard;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// An open LoRA adapter: a folder with `adapter_config.json` and `adapter_model.safetensors`, as the peft package
/// writes it.
///
/// Opening reads the configuration and the header, and no values. Immutable, and safe for use by several threads until
/// it is closed.
public final class LoraAdapter implements AutoCloseable {
    /// The name of the file with the factors.
    public static final String FILE_NAME = "adapter_model.safetensors";

    private static final String PICKLE = "adapter_model.bin";
    /// More than any configuration has.
    private static final long MAX_CONFIG_BYTES = 4L << 20;

    private final Storage storage;
    private final Path folder;
    private final Shard configFile;
    private final Checkpoint weights;
    private final AdapterConfig config;
    private final AdapterTensors tensors;

    private LoraAdapter(
            Storage storage,
            Path folder,
            Shard configFile,
            Checkpoint weights,
            AdapterConfig config,
            AdapterTensors tensors) {
        this.storage = storage;
        this.folder = folder;
        this.configFile = configFile;
        this.weights = weights;
        this.config = config;
        this.tensors = tensors;
    }

    /// Whether a path leads to a folder that holds an adapter and no whole model.
    public static boolean isAdapter(Storage storage, Path path) throws MergeException {
        return storage.kind(path) == Storage.Kind.FOLDER
                && (exists(storage, path.resolve(AdapterConfig.FILE_NAME)) || exists(storage, path.resolve(FILE_NAME)))
                && !exists(storage, path.resolve(Checkpoint.MODEL_FILE))
                && !exists(storage, path.resolve(Checkpoint.INDEX_FILE));
    }

    private static boolean exists(Storage storage, Path path) throws MergeException {
        return storage.kind(path) != Storage.Kind.ABSENT;
    }

    /// Opens an adapter.
    ///
    /// @param folder as the user gave it
    /// @throws MergeException `MALFORMED`, `UNSUPPORTED_FORMAT` for anything that is more than plain LoRA,
    ///     `NOT_FOUND`, or what reading throws; names the file, and no handle stays open
    public static LoraAdapter open(Storage storage, Path folder) throws MergeException {
        Path configPath = folder.resolve(AdapterConfig.FILE_NAME);
        Path weightsPath = folder.resolve(FILE_NAME);
        if (!exists(storage, weightsPath)) {
            boolean pickle = exists(storage, folder.resolve(PICKLE));
            throw MergeException.of(
                            pickle ? ErrorCode.UNSUPPORTED_FORMAT : ErrorCode.NOT_FOUND,
                            "the adapter has no " + FILE_NAME + " (got "
                                    + (pickle ? PICKLE + ", a PyTorch pickle" : AdapterConfig.FILE_NAME + " alone")
                                    + ")")
                    .inFile(folder.toString());
        }
        if (!exists(storage, configPath)) {
            throw MergeException.of(
                            ErrorCode.NOT_FOUND,
                            "the adapter has no " + AdapterConfig.FILE_NAME + " (got " + FILE_NAME + " alone)")
                    .inFile(folder.toString())
                    .withHint("it says what scales the factors; it lies beside them where they were saved");
        }
        RangeSource source = storage.open(configPath);
        boolean complete = false;
        try {
            byte[] text = content(source);
            AdapterConfig config = AdapterConfig.parse(text);
            Shard configFile = Shard.withoutTensors(configPath.toString(), source, text);
            LoraAdapter adapter = open(storage, folder, configFile, config);
            complete = true;
            return adapter;
        } catch (MergeException e) {
            throw e.inFile(configPath.toString());
        } finally {
            if (!complete) {
                source.close();
            }
        }
    }

    private static LoraAdapter open(Storage storage, Path folder, Shard configFile, AdapterConfig config)
            throws MergeException {
        Checkpoint weights = Checkpoint.open(storage, folder.resolve(FILE_NAME));
        try {
            return new LoraAdapter(storage, folder, configFile, weights, config, AdapterTensors.of(weights));
        } catch (MergeException | RuntimeException | Error e) {
            weights.close();
            throw e;
        }
    }

    private static byte[] content(RangeSource source) throws MergeException {
        if (source.size() > MAX_CONFIG_BYTES) {
            throw MergeException.of(
                    ErrorCode.MALFORMED,
                    "the adapter's configuration is too long (got " + source.size() + " bytes, expected at most "
                            + MAX_CONFIG_BYTES + ")");
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) source.size());
        source.read(bytes, 0);
        return bytes.array();
    }

    /// The settings.
    public AdapterConfig config() {
        return config;
    }

    /// The factors, one pair per module, in the order of the file.
    public List<Factors> factors() {
        return tensors.factors();
    }

    /// Whole tensors by their name in the model that was trained: they take the place of the base's.
    public Map<String, StoredTensor> replaced() {
        return tensors.replaced();
    }

    /// The model that peft's `merge_and_unload` would make of the base, computed while it is read: changed weights as
    /// F32, all other tensors the base's own.
    ///
    /// @param base what was trained; it must stay open as long as the result, and is not closed with it
    /// @return a checkpoint that owns this adapter's files
    /// @throws MergeException `MISMATCH` or `UNSUPPORTED_DTYPE` if the adapter is not one of this base
    public Checkpoint foldInto(Checkpoint base) throws MergeException {
        try {
            Folding folding = new Folding(config, tensors, base);
            List<Shard> files = new ArrayList<>(weights.shards());
            files.addFirst(configFile);
            return Checkpoint.computed(
                    storage, folder, files, folding.tensors(), folding.origin(), folding::memoryBytes);
        } catch (MergeException e) {
            throw e.inFile(weights.path());
        }
    }

    @Override
    public void close() {
        configFile.source().close();
        weights.close();
    }
}
