package org.modelmerge.twin;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.twin.TwinManifest.Expert;
import org.modelmerge.twin.TwinManifest.Part;
import org.modelmerge.twin.TwinManifest.Tensor;

/// An open Twin folder: the shared expert, one exclusive expert per task, and what `twin.json` says of them.
///
/// Opening reads `twin.json` and all headers, and refuses files that are not those that `twin.json` names: another
/// size or another header hash. Safe for use by several threads until it is closed.
public final class TwinFolder implements AutoCloseable {
    private final Path path;
    private final Storage storage;
    private final TwinManifest manifest;
    private final Checkpoint shared;
    private final List<ExclusiveExpert> experts;

    private TwinFolder(
            Path path, Storage storage, TwinManifest manifest, Checkpoint shared, List<ExclusiveExpert> experts) {
        this.path = path;
        this.storage = storage;
        this.manifest = manifest;
        this.shared = shared;
        this.experts = List.copyOf(experts);
    }

    /// Whether a path is a folder with a `twin.json`.
    public static boolean isTwinFolder(Storage storage, Path path) throws MergeException {
        return storage.kind(path) == Storage.Kind.FOLDER
                && storage.kind(path.resolve(TwinManifest.FILE_NAME)) != Storage.Kind.ABSENT;
    }

    /// Opens a folder of the local file system.
    ///
    /// @throws MergeException `NOT_FOUND` if the folder or a file of it is missing, `MALFORMED` if a file is not
    ///     what its format says, `MISMATCH` if a file belongs to another folder; no handle stays open
    public static TwinFolder open(Path folder) throws MergeException {
        return open(LocalStorage.INSTANCE, folder);
    }

    /// Opens a folder of any storage; see [#open(Path)].
    public static TwinFolder open(Storage storage, Path folder) throws MergeException {
        requireFolder(storage, folder);
        TwinManifest manifest = ManifestReader.read(storage, folder.resolve(TwinManifest.FILE_NAME));
        List<Checkpoint> open = new ArrayList<>();
        try {
            Checkpoint shared = openPart(storage, folder, manifest.shared());
            open.add(shared);
            List<ExclusiveExpert> experts = new ArrayList<>();
            for (Expert expert : manifest.experts()) {
                Checkpoint file = openPart(storage, folder, expert.part());
                open.add(file);
                checkTensors(file, manifest, experts.size());
                experts.add(new ExclusiveExpert(expert.task(), experts.size(), file));
            }
            checkShared(shared, manifest);
            return new TwinFolder(folder, storage, manifest, shared, experts);
        } catch (MergeException | RuntimeException | Error e) {
            open.forEach(Checkpoint::close);
            throw e;
        }
    }

    private static void requireFolder(Storage storage, Path folder) throws MergeException {
        MergeException fault =
                switch (storage.kind(folder)) {
                    case ABSENT -> MergeException.of(ErrorCode.NOT_FOUND, "no such folder");
                    case FILE, OTHER ->
                        MergeException.of(ErrorCode.UNSUPPORTED_FORMAT, "not a folder, expected a Twin folder");
                    case FOLDER ->
                        storage.kind(folder.resolve(TwinManifest.FILE_NAME)) == Storage.Kind.ABSENT
                                ? MergeException.of(
                                        ErrorCode.UNSUPPORTED_FORMAT,
                                        "no " + TwinManifest.FILE_NAME + " here, expected a Twin folder")
                                : null;
                };
        if (fault != null) {
            throw fault.inFile(folder.toString()).withHint("merge twin extract makes one");
        }
    }

    private static Checkpoint openPart(Storage storage, Path folder, Part part) throws MergeException {
        Path file;
        try {
            file = folder.resolve(part.file());
        } catch (InvalidPathException e) {
            throw MergeException.of(
                            ErrorCode.MALFORMED,
                            "names a file that no path can have (" + Printable.text(part.file()) + ")",
                            e)
                    .inFile(folder.resolve(TwinManifest.FILE_NAME).toString());
        }
        Checkpoint checkpoint = Checkpoint.open(storage, file);
        if (checkpoint.sizeBytes() != part.sizeBytes()
                || !checkpoint.headerSha256().equals(part.headerSha256())) {
            checkpoint.close();
            throw MergeException.of(
                            ErrorCode.MISMATCH,
                            "is not the file that " + TwinManifest.FILE_NAME + " names (got " + checkpoint.sizeBytes()
                                    + " bytes and header SHA-256 " + checkpoint.headerSha256() + ", expected "
                                    + part.sizeBytes() + " and " + part.headerSha256() + ")")
                    .inFile(file.toString())
                    .withHint("files of different extractions do not fit together: extract again");
        }
        return checkpoint;
    }

    private static void checkShared(Checkpoint shared, TwinManifest manifest) throws MergeException {
        for (Tensor tensor : manifest.tensors()) {
            StoredTensor stored = shared.tensor(tensor.name());
            boolean fits = stored != null
                    && stored.info().shape().equals(tensor.shape())
                    && stored.info().dtype().isFloat();
            if (!fits) {
                throw malformed(
                        shared,
                        tensor.name(),
                        stored == null
                                ? "absent"
                                : stored.info().dtype() + " " + stored.info().shape(),
                        "floats " + tensor.shape());
            }
        }
    }

    private static void checkTensors(Checkpoint file, TwinManifest manifest, int task) throws MergeException {
        Map<String, String> expected = new HashMap<>();
        for (Tensor tensor : manifest.tensors()) {
            stored(tensor, task).forEach((name, form) -> expected.put(name, form));
        }
        for (Map.Entry<String, String> entry : expected.entrySet()) {
            StoredTensor stored = file.tensor(entry.getKey());
            String got = stored == null
                    ? "absent"
                    : describe(stored.info().dtype(), stored.info().shape());
            if (!got.equals(entry.getValue())) {
                throw malformed(file, entry.getKey(), got, entry.getValue());
            }
        }
        if (file.tensors().size() != expected.size()) {
            throw MergeException.of(
                            ErrorCode.MALFORMED,
                            "has other tensors than " + TwinManifest.FILE_NAME + " says (got "
                                    + file.tensors().size() + ", expected " + expected.size() + ")")
                    .inFile(file.path());
        }
    }

    /// What a file holds for one tensor: name to dtype and shape.
    private static Map<String, String> stored(Tensor tensor, int task) {
        Map<String, String> stored = new HashMap<>();
        ExpertLayout.outputs(tensor, task)
                .forEach(output -> stored.put(output.name(), describe(output.dtype(), output.shape())));
        return stored;
    }

    private static String describe(DType dtype, Shape shape) {
        return dtype + " " + shape;
    }

    private static MergeException malformed(Checkpoint file, String tensor, String got, String expected) {
        return MergeException.of(
                        ErrorCode.MALFORMED,
                        "does not fit " + TwinManifest.FILE_NAME + " (got " + got + ", expected " + expected + ")")
                .inFile(file.path())
                .atTensor(tensor);
    }

    /// The folder, as the caller gave it.
    public Path path() {
        return path;
    }

    /// What `twin.json` says.
    public TwinManifest manifest() {
        return manifest;
    }

    /// The task names, in order.
    public List<String> tasks() {
        return manifest.tasks();
    }

    /// The shared expert, a full checkpoint.
    public Checkpoint shared() {
        return shared;
    }

    /// The exclusive experts, in task order.
    public List<ExclusiveExpert> experts() {
        return experts;
    }

    /// Reads all files from first to last byte and compares their hashes with those in `twin.json`.
    ///
    /// @param reading hears of all bytes, and may stop it
    /// @throws MergeException `MISMATCH`, naming the first file whose hash differs
    public void checkHashes(Hashes.Reading reading) throws MergeException {
        checkHash(shared, manifest.shared(), reading);
        for (int i = 0; i < experts.size(); i++) {
            checkHash(experts.get(i).file(), manifest.experts().get(i).part(), reading);
        }
    }

    private static void checkHash(Checkpoint file, Part part, Hashes.Reading reading) throws MergeException {
        String got;
        try {
            got = Hashes.of(file.shards().getFirst().source(), reading);
        } catch (MergeException e) {
            throw e.inFile(file.path());
        }
        if (!got.equals(part.sha256())) {
            throw MergeException.of(
                            ErrorCode.MISMATCH, "SHA-256 differs (got " + got + ", expected " + part.sha256() + ")")
                    .inFile(file.path());
        }
    }

    /// Checks that no file has changed since the folder was opened.
    ///
    /// @throws MergeException `CHANGED`, naming the file
    public void checkUnchanged() throws MergeException {
        shared.checkUnchanged();
        for (ExclusiveExpert expert : experts) {
            expert.file().checkUnchanged();
        }
    }

    /// Where the folder lives.
    public Storage storage() {
        return storage;
    }

    /// Closes all files; idempotent.
    @Override
    public void close() {
        shared.close();
        experts.forEach(expert -> expert.file().close());
    }
}
