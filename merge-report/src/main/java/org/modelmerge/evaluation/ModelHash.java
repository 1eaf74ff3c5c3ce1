package org.modelmerge.evaluation;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// The name of a model by its content: which weights gave these answers.
public final class ModelHash {
    private static final String WEIGHTS = ".safetensors";

    private ModelHash() {}

    /// The SHA-256 of a model in lower-case hex: of its file, if it is one; else of the lines `HASH  NAME` of
    /// its files in name order, as `sha256sum *.safetensors | sha256sum` gives it.
    ///
    /// @param model a checkpoint file, a folder, or the index file in a folder
    /// @throws MergeException `NOT_FOUND` if there are no weights; `CANCELLED` on interrupt; whatever reading
    /// throws
    public static String of(Storage storage, Path model) throws MergeException {
        Path folder = storage.kind(model) == Storage.Kind.FOLDER ? model : folderOfIndex(model);
        if (folder == null) {
            return ofFile(storage, model);
        }
        List<String> names = storage.list(folder).stream()
                .filter(name -> name.endsWith(WEIGHTS) && !name.startsWith("."))
                .toList();
        if (names.isEmpty()) {
            throw MergeException.of(ErrorCode.NOT_FOUND, "no model here (got 0 files *.safetensors, expected some)")
                    .inFile(folder.toString());
        }
        if (names.size() == 1) {
            return ofFile(storage, folder.resolve(names.getFirst()));
        }
        StringBuilder lines = new StringBuilder();
        for (String name : names) {
            lines.append(ofFile(storage, folder.resolve(name)))
                    .append("  ")
                    .append(name)
                    .append('\n');
        }
        return Hashes.of(lines.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable Path folderOfIndex(Path model) {
        return model.toString().endsWith(".json") ? model.resolveSibling("") : null;
    }

    /// The SHA-256 of one file in lower-case hex.
    public static String ofFile(Storage storage, Path file) throws MergeException {
        try (RangeSource source = storage.open(file)) {
            String hash = Hashes.of(source, _ -> Evaluator.stopIfInterrupted());
            source.checkUnchanged();
            return hash;
        } catch (MergeException e) {
            throw e.inFile(file.toString());
        }
    }
}
