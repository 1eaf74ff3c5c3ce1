package org.modelmerge.report;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.ShardSink;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// The files of a model folder that are not weights: configuration, tokenizer, vocabulary, licence.
final class SideFiles {
    /// Weights of every framework that hubs know, in their own and in foreign formats.
    private static final List<String> WEIGHTS = List.of(
            ".safetensors",
            ".bin",
            ".pt",
            ".pth",
            ".ckpt",
            ".msgpack",
            ".h5",
            ".gguf",
            ".onnx",
            ".onnx_data",
            ".ot",
            ".tflite",
            ".index.json");

    private static final String CONFIG = "config.json";
    private static final String INDEX = ".safetensors.index.json";

    /// What the JDK puts in place of bytes of a name that it cannot decode.
    private static final char UNREADABLE = '\ufffd';

    private static final int BUFFER_BYTES = 1 << 20;
    private static final long LARGEST_DOCUMENT = 1L << 28;

    private SideFiles() {}

    /// The names of what belongs into the output's folder, too: files at the top, without weights, indexes, README,
    /// dotfiles and what modelmerge itself writes. Links are followed.
    ///
    /// @throws MergeException `NOT_FOUND` if a name is no text in this locale, so that no path leads to the file
    static List<String> names(Storage storage, Path folder) throws MergeException {
        List<String> names = new ArrayList<>();
        for (String name : storage.list(folder)) {
            if (isWanted(name) && isFile(storage, folder, name)) {
                names.add(name);
            }
        }
        return names;
    }

    /// Of any model folder, what an output must not replace: the same files and the shard index. Names that no path
    /// leads to are left out, since none leads an output there.
    static List<String> namesOfInput(Storage storage, Path folder) throws MergeException {
        List<String> names = new ArrayList<>();
        for (String name : storage.list(folder)) {
            if ((isWanted(name) || name.endsWith(INDEX)) && name.indexOf(UNREADABLE) < 0) {
                names.add(name);
            }
        }
        return names;
    }

    private static boolean isFile(Storage storage, Path folder, String name) throws MergeException {
        try {
            Storage.Kind kind = storage.kind(folder.resolve(name));
            if (kind != Storage.Kind.ABSENT || name.indexOf(UNREADABLE) < 0) {
                return kind == Storage.Kind.FILE;
            }
        } catch (InvalidPathException _) {
            // The name was decoded with losses; said below.
        }
        throw MergeException.of(
                        ErrorCode.NOT_FOUND,
                        "holds a file whose name is no text in this locale (" + Printable.text(name) + ")")
                .inFile(folder.toString())
                .withHint("rename the file, or set LC_ALL to the locale that it was named in, such as C.UTF-8");
    }

    private static boolean isWanted(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return !lower.startsWith(".")
                && !lower.startsWith("readme")
                && !lower.startsWith("merge-")
                && WEIGHTS.stream().noneMatch(lower::endsWith);
    }

    /// Copies what belongs into an output's folder, too; `config.json` then says the output's dtype.
    ///
    /// @param others names that are left out
    /// @param dtype of the output's floats, or null if the configuration holds as it is
    static void copyAll(Storage storage, Path from, Path to, List<String> others, @Nullable DType dtype)
            throws MergeException {
        for (String name : names(storage, from)) {
            if (name.equals(CONFIG) && dtype != null) {
                storage.write(to.resolve(name), config(storage, from.resolve(name), dtype));
            } else if (!others.contains(name)) {
                copy(storage, from.resolve(name), to.resolve(name));
            }
        }
    }

    private static byte[] config(Storage storage, Path file, DType dtype) throws MergeException {
        byte[] config = read(storage, file);
        try {
            return ConfigFile.withDtype(config, dtype);
        } catch (MergeException e) {
            throw e.inFile(file.toString());
        }
    }

    /// Copies a file and forces it to the device.
    static void copy(Storage storage, Path from, Path to) throws MergeException {
        try (RangeSource source = storage.open(from);
                ShardSink sink = storage.create(to)) {
            ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, Math.max(1, source.size())));
            for (long offset = 0; offset < source.size(); offset += buffer.limit()) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), source.size() - offset));
                source.read(buffer, offset);
                sink.write(buffer.flip(), offset);
            }
            source.checkUnchanged();
            sink.force(source.size());
        } catch (MergeException e) {
            throw e.inFile(from.toString());
        }
    }

    /// Reads a document whole.
    ///
    /// @throws MergeException `MALFORMED` if it is larger than any document
    static byte[] read(Storage storage, Path file) throws MergeException {
        try (RangeSource source = storage.open(file)) {
            if (source.size() > LARGEST_DOCUMENT) {
                throw MergeException.of(
                        ErrorCode.MALFORMED,
                        "too large for a document (got " + source.size() + " bytes, expected at most "
                                + LARGEST_DOCUMENT + ")");
            }
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(source.size()));
            source.read(bytes, 0);
            source.checkUnchanged();
            return bytes.array();
        } catch (MergeException e) {
            throw e.inFile(file.toString());
        }
    }

    /// Writes a text in UTF-8 and forces it to the device.
    ///
    /// @return the bytes
    static byte[] write(Storage storage, Path file, String text) throws MergeException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        storage.write(file, bytes);
        return bytes;
    }
}
