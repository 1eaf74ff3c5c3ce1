package org.modelmerge.checkpoint;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Checkpoint.Kind;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// Finds the files of a checkpoint, opens them, and holds the index against them.
final class CheckpointOpener {
    private static final String SUFFIX = ".safetensors";
    private static final String INDEX_SUFFIX = ".index.json";

    private final Storage storage;
    private final Path path;
    private final List<Shard> shards = new ArrayList<>();

    CheckpointOpener(Storage storage, Path path) {
        this.storage = storage;
        this.path = path;
    }

    /// Opens all files; if that fails, those that are open already are closed.
    Checkpoint open() throws MergeException {
        boolean complete = false;
        try {
            Checkpoint checkpoint = openByKind();
            complete = true;
            return checkpoint;
        } finally {
            if (!complete) {
                shards.forEach(shard -> shard.source().close());
            }
        }
    }

    private Checkpoint openByKind() throws MergeException {
        return switch (kindOf(path)) {
            case ABSENT -> throw fault(ErrorCode.NOT_FOUND, "no such file or folder", path);
            case OTHER -> throw fault(ErrorCode.NOT_REGULAR, "neither a regular file nor a folder", path);
            case FOLDER -> openFolder();
            case FILE -> fileName(path).endsWith(INDEX_SUFFIX) ? openIndexFile() : openFile();
        };
    }

    private Checkpoint openFile() throws MergeException {
        shards.add(openShard(path));
        String file = fileName(path);
        String stem = file.endsWith(SUFFIX) ? file.substring(0, file.length() - SUFFIX.length()) : file;
        return new Checkpoint(path.toString(), Kind.FILE, stem.isEmpty() ? file : stem, null, shards);
    }

    private Checkpoint openFolder() throws MergeException {
        Path model = path.resolve(Checkpoint.MODEL_FILE);
        Path index = path.resolve(Checkpoint.INDEX_FILE);
        if (kindOf(model) != Storage.Kind.ABSENT) {
            shards.add(openShard(model));
        } else if (kindOf(index) != Storage.Kind.ABSENT) {
            openShards(index);
        } else {
            throw FolderGuess.refusal(listed()).inFile(path.toString());
        }
        return new Checkpoint(path.toString(), Kind.FOLDER, folderName(path), path, shards);
    }

    private Checkpoint openIndexFile() throws MergeException {
        openShards(path);
        Path parent = path.getParent();
        Path folder = parent != null ? parent : path.getFileSystem().getPath(".");
        return new Checkpoint(path.toString(), Kind.INDEX, folderName(folder), folder, shards);
    }

    private void openShards(Path indexPath) throws MergeException {
        ShardIndex index = readIndex(indexPath);
        requireShards(indexPath, index);
        Map<String, String> weightMap = index.weightMap();
        Set<String> found = new HashSet<>();
        for (String shardName : index.shardNames()) {
            Path file = beside(indexPath, shardName);
            Shard shard = openShard(file);
            shards.add(shard);
            for (TensorInfo tensor : shard.header().tensors()) {
                checkPlace(tensor.name(), shardName, weightMap.get(tensor.name()), file);
                found.add(tensor.name());
            }
        }
        for (Map.Entry<String, String> entry : weightMap.entrySet()) {
            if (!found.contains(entry.getKey())) {
                throw fault(
                                ErrorCode.MALFORMED,
                                "the index places it in this shard, which has no such tensor",
                                beside(indexPath, entry.getValue()))
                        .atTensor(entry.getKey());
            }
        }
    }

    /// Looks for all shards before the first is opened: an incomplete download is the likeliest fault.
    private void requireShards(Path indexPath, ShardIndex index) throws MergeException {
        for (String shardName : index.shardNames()) {
            Path file = beside(indexPath, shardName);
            if (kindOf(file) == Storage.Kind.ABSENT) {
                throw fault(ErrorCode.MALFORMED, "the index names this shard, and there is no such file", file)
                        .withHint("download all shards of the model");
            }
        }
    }

    private void checkPlace(String tensor, String shardName, @Nullable String placed, Path file) throws MergeException {
        if (placed == null) {
            throw fault(ErrorCode.MALFORMED, "the shard has this tensor, and the index does not name it", file)
                    .atTensor(tensor);
        }
        if (!placed.equals(shardName)) {
            String problem = "the shard has this tensor, and the index places it elsewhere (got "
                    + Printable.text(shardName) + ", expected " + Printable.text(placed) + ")";
            throw fault(ErrorCode.MALFORMED, problem, file).atTensor(tensor);
        }
    }

    private ShardIndex readIndex(Path indexPath) throws MergeException {
        try (RangeSource source = storage.open(indexPath)) {
            try {
                return ShardIndex.parse(source);
            } catch (MergeException e) {
                throw FormatGuess.refineIndex(e, source);
            }
        } catch (MergeException e) {
            throw e.inFile(indexPath.toString());
        }
    }

    private Shard openShard(Path file) throws MergeException {
        RangeSource source = null;
        try {
            source = storage.open(file);
            return new Shard(file.toString(), source, parse(source));
        } catch (MergeException e) {
            if (source != null) {
                source.close();
            }
            throw e.inFile(file.toString());
        }
    }

    private static SafetensorsHeader parse(RangeSource source) throws MergeException {
        try {
            return HeaderParser.parse(source);
        } catch (MergeException e) {
            throw FormatGuess.refineModel(e, source);
        }
    }

    private List<String> listed() throws MergeException {
        try {
            return storage.list(path);
        } catch (MergeException e) {
            throw e.inFile(path.toString());
        }
    }

    private Storage.Kind kindOf(Path file) throws MergeException {
        try {
            return storage.kind(file);
        } catch (MergeException e) {
            throw e.inFile(file.toString());
        }
    }

    private static Path beside(Path indexPath, String shardName) throws MergeException {
        try {
            return indexPath.resolveSibling(shardName);
        } catch (InvalidPathException e) {
            throw MergeException.of(
                            ErrorCode.MALFORMED,
                            "shard name \"" + Printable.text(shardName) + "\" is no file name on this system",
                            e)
                    .inFile(indexPath.toString());
        }
    }

    /// The last name of the path, or, where that says nothing (`.`, `..`, `/`), of the folder that it leads to.
    String folderName(Path folder) throws MergeException {
        String last = fileName(folder);
        if (!last.isEmpty() && !last.equals(".") && !last.equals("..")) {
            return last;
        }
        try {
            String real = fileName(storage.realPath(folder));
            return real.isEmpty() ? "root" : real;
        } catch (MergeException e) {
            throw e.inFile(folder.toString());
        }
    }

    private static String fileName(Path file) {
        Path last = file.getFileName();
        return last == null ? "" : last.toString();
    }

    private static MergeException fault(ErrorCode code, String problem, Path file) {
        return MergeException.of(code, problem).inFile(file.toString());
    }
}
