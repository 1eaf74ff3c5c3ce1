package org.modelmerge.routing;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.CheckpointLayout;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.OutputTensor;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.checkpoint.ShardLayout;
import org.modelmerge.checkpoint.SliceEncoder;
import org.modelmerge.checkpoint.SliceReader;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.checkpoint.TensorInfo;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.twin.TwinFolder;

/// A router in its two files, beside the experts of a Twin folder: `router.safetensors` has the tensors of the official
/// code by its names, and `router.json` says what they mean.
public final class RouterFiles {
    /// The weights.
    public static final String WEIGHTS = "router.safetensors";

    /// What they mean.
    public static final String CARD = "router.json";

    private static final long LARGEST_CARD = 1 << 24;

    private RouterFiles() {}

    /// Whether a folder has a router.
    public static boolean isThere(Storage storage, Path folder) throws MergeException {
        return storage.kind(folder.resolve(CARD)) != Storage.Kind.ABSENT;
    }

    /// Reads the router of a Twin folder and checks that it belongs there.
    ///
    /// @throws MergeException `NOT_FOUND` if there is none; `MISMATCH` if it is of another shared expert, other
    /// tasks, or its files are not of one training; `MALFORMED`; or as the system refuses
    public static StoredRouter read(TwinFolder folder) throws MergeException {
        Path path = folder.path();
        Storage storage = folder.storage();
        Path cardFile = path.resolve(CARD);
        Path weights = path.resolve(WEIGHTS);
        for (Path file : List.of(cardFile, weights)) {
            if (storage.kind(file) == Storage.Kind.ABSENT) {
                throw MergeException.of(ErrorCode.NOT_FOUND, "the Twin folder has no router")
                        .inFile(file.toString())
                        .withHint("merge twin train-router makes one; without one, weights must be given");
            }
        }
        RouterCardJson json;
        try {
            json = RouterCardJson.read(bytes(storage, cardFile));
            check(json.card(), folder);
        } catch (MergeException e) {
            throw e.inFile(cardFile.toString());
        }
        try (Checkpoint checkpoint = Checkpoint.open(storage, weights)) {
            Router router = router(checkpoint, json.card());
            checkHash(checkpoint, json.weightsSha256());
            return new StoredRouter(router, json.card());
        } catch (MergeException e) {
            throw e.inFile(weights.toString());
        }
    }

    private static byte[] bytes(Storage storage, Path file) throws MergeException {
        try (RangeSource source = storage.open(file)) {
            if (source.size() > LARGEST_CARD) {
                throw MergeException.of(
                        ErrorCode.MALFORMED,
                        "the file is too large (got " + source.size() + " bytes, expected at most " + LARGEST_CARD
                                + ")");
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) source.size());
            source.read(bytes, 0);
            source.checkUnchanged();
            return bytes.array();
        }
    }

    private static void check(RouterCard card, TwinFolder folder) throws MergeException {
        String shared = folder.manifest().shared().sha256();
        if (!card.sharedSha256().equals(shared)) {
            throw MergeException.of(
                            ErrorCode.MISMATCH,
                            "the router belongs to another shared expert (got SHA-256 " + card.sharedSha256()
                                    + ", expected " + shared + ")")
                    .withHint("merge twin train-router -f trains one for this shared expert");
        }
        if (!card.labels().equals(folder.tasks())) {
            throw MergeException.of(
                    ErrorCode.MISMATCH,
                    "the router chooses among other experts (got " + names(card.labels()) + ", expected "
                            + names(folder.tasks()) + ")");
        }
    }

    private static String names(List<String> names) {
        return names.size() + ": " + Printable.text(String.join(", ", names));
    }

    /// @throws MergeException `MALFORMED` or `MISMATCH`
    private static Router router(Checkpoint checkpoint, RouterCard card) throws MergeException {
        Map<String, StoredTensor> tensors = checkpoint.tensors();
        StoredTensor first = tensors.get("fc1.weight");
        if (first == null || first.info().shape().rank() != 2) {
            throw MergeException.of(
                            ErrorCode.MISSING_TENSOR,
                            "no matrix of this name (got "
                                    + (first == null ? "none" : first.info().shape())
                                    + ", expected [hidden units, features])")
                    .atTensor("fc1.weight");
        }
        int hidden = Math.toIntExact(first.info().shape().size(0));
        int featureCount = Math.toIntExact(first.info().shape().size(1));
        RouterShape shape = new RouterShape(featureCount, hidden, card.labels().size());
        Map<String, float[]> values = new LinkedHashMap<>();
        for (Map.Entry<String, Shape> wanted : shape.tensors().entrySet()) {
            StoredTensor stored = tensors.get(wanted.getKey());
            if (stored != null) {
                values.put(wanted.getKey(), read(stored, wanted.getValue()));
            }
        }
        return Router.of(shape, values);
    }

    private static float[] read(StoredTensor stored, Shape expected) throws MergeException {
        TensorInfo info = stored.info();
        if (info.dtype() != DType.F32 || !info.shape().equals(expected)) {
            throw MergeException.of(
                            ErrorCode.MISMATCH,
                            "does not fit the router (got " + info.dtype() + " " + info.shape() + ", expected F32 "
                                    + expected + ")")
                    .atTensor(info.name());
        }
        float[] values = new float[Math.toIntExact(info.elementCount())];
        new SliceReader(values.length).readFloats(stored.shard().source(), DType.F32, stored.fileOffset(), values);
        return values;
    }

    private static void checkHash(Checkpoint checkpoint, String expected) throws MergeException {
        String got = Hashes.of(checkpoint.shards().getFirst().source(), _ -> {});
        checkpoint.checkUnchanged();
        if (!got.equals(expected)) {
            throw MergeException.of(
                    ErrorCode.MISMATCH,
                    "is not the file that " + CARD + " describes (got SHA-256 " + got + ", expected " + expected + ")");
        }
    }

    /// Writes both files and forces them to the device.
    ///
    /// @param weights where to create the weights, for example a staged file
    /// @param card where to create the card
    public static void write(Storage storage, StoredRouter stored, Path weights, Path card) throws MergeException {
        byte[] bytes = safetensors(stored.router());
        storage.write(weights, bytes);
        String json = new RouterCardJson(stored.card(), Hashes.of(bytes)).write();
        storage.write(card, json.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] safetensors(Router router) throws MergeException {
        List<OutputTensor> tensors = new ArrayList<>();
        router.shape().tensors().forEach((name, shape) -> tensors.add(new OutputTensor(name, DType.F32, shape)));
        ShardLayout file = CheckpointLayout.of(tensors, Map.of("format", "pt"), Long.MAX_VALUE)
                .shards()
                .getFirst();
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.fileSize()));
        bytes.put(file.header());
        for (TensorInfo info : file.tensors()) {
            float[] values = router.tensor(info.name());
            bytes.position(Math.toIntExact(file.dataStart() + info.begin()))
                    .put(new SliceEncoder(values.length).encode(values, DType.F32, values));
        }
        return bytes.array();
    }
}
