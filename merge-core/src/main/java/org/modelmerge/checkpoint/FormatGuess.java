package org.modelmerge.checkpoint;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// Says what a file that is not of the expected format looks like, from its first bytes.
///
/// Only asked after the strict parser has refused a file, so a wrong guess can spoil a message and nothing else.
/// Nothing is unpacked or evaluated.
///
/// @param what completes "this looks like"
/// @param cure the hint
public record FormatGuess(String what, String cure) {
    private static final int HEAD_BYTES = 512;
    private static final int TAR_MAGIC_OFFSET = 257;

    /// What to do with an ONNX model.
    static final String IMPORT_ONNX = "merge import-onnx makes a safetensors file of it";

    private static final String CONVERT =
            "convert it to safetensors first; modelmerge never unpacks or evaluates a file";
    private static final String DOWNLOAD = "download the file itself";
    private static final String UNPACK = "unpack it and pass the safetensors file inside";

    private static final String ONNX = "an ONNX model (protobuf)";
    private static final String OTHER_TEXT = "pass the model's folder or its .safetensors or .index.json file";

    /// Formats with a fixed start, the longer ones first where one starts like another.
    private static final List<Magic> MAGICS = List.of(
            new Magic(
                    "version https://git-lfs.github.com/spec/",
                    "a Git LFS pointer, not the file that it points to",
                    "fetch the file, for example with git lfs pull"),
            new Magic("GGUF", "a GGUF model", CONVERT),
            new Magic("lmgg", "a GGML model", CONVERT),
            new Magic("fmgg", "a GGML model", CONVERT),
            new Magic("tjgg", "a GGML model", CONVERT),
            new Magic("\u0089HDF\r\n\u001a\n", "an HDF5 file (Keras, TensorFlow)", CONVERT),
            new Magic("\u0093NUMPY", "a NumPy array (.npy)", CONVERT),
            new Magic("SQLite format 3\0", "an SQLite database", CONVERT),
            new Magic("\u001f\u008b", "a gzip archive", UNPACK),
            new Magic("7z\u00bc\u00af'\u001c", "a 7z archive", UNPACK),
            new Magic("\u00fd7zXZ\0", "an xz archive", UNPACK),
            new Magic("(\u00b5/\u00fd", "a zstd archive", UNPACK),
            new Magic("BZh", "a bzip2 archive", UNPACK));

    private record Magic(String start, String what, String cure) {}

    /// The fault of a safetensors file, or a better one if the source looks like another format.
    ///
    /// @param fault why the strict parser refused the source; returned as it is unless it is `MALFORMED`
    static MergeException refineModel(MergeException fault, RangeSource source) {
        return refine(fault, source, "a safetensors file", FormatGuess::of);
    }

    /// The fault of a shard index, or a better one if the source looks like another format.
    ///
    /// @param fault why the strict parser refused the source; returned as it is unless it is `MALFORMED`
    static MergeException refineIndex(MergeException fault, RangeSource source) {
        return refine(fault, source, "a shard index", FormatGuess::otherThanText);
    }

    /// The fault of an ONNX file, or a better one if the source looks like another format.
    ///
    /// @param fault why the reader refused the source; returned as it is unless it is `MALFORMED`
    public static MergeException refineOnnx(MergeException fault, RangeSource source) {
        return refine(fault, source, "an ONNX model", FormatGuess::otherThanOnnx);
    }

    private static MergeException refine(
            MergeException fault,
            RangeSource source,
            String expected,
            Function<byte[], @Nullable FormatGuess> guesser) {
        if (fault.code() != ErrorCode.MALFORMED) {
            return fault;
        }
        byte[] head = new byte[(int) Math.min(HEAD_BYTES, source.size())];
        try {
            source.read(ByteBuffer.wrap(head), 0);
        } catch (MergeException e) {
            fault.addSuppressed(e);
            return fault;
        }
        FormatGuess guess = guesser.apply(head);
        if (guess == null) {
            return fault;
        }
        String problem = head.length == 0 ? guess.what : "not " + expected + ": this looks like " + guess.what;
        return MergeException.of(ErrorCode.UNSUPPORTED_FORMAT, problem, fault).withHint(guess.cure);
    }

    private static @Nullable FormatGuess otherThanText(byte[] head) {
        FormatGuess guess = of(head);
        return guess != null && guess.cure.equals(OTHER_TEXT) ? null : guess;
    }

    private static @Nullable FormatGuess otherThanOnnx(byte[] head) {
        FormatGuess guess = of(head);
        if (guess == null) {
            return looksLikeSafetensors(new String(head, StandardCharsets.ISO_8859_1))
                    ? new FormatGuess("a safetensors file", "it needs no import")
                    : null;
        }
        if (guess.what.equals(ONNX)) {
            return null;
        }
        return guess.cure.equals(OTHER_TEXT) ? new FormatGuess(guess.what, "pass the .onnx file") : guess;
    }

    /// What the first bytes look like; null if they say nothing, or are those of a safetensors file.
    static @Nullable FormatGuess of(byte[] head) {
        if (head.length == 0) {
            return new FormatGuess("the file is empty (got 0 bytes, expected at least 8)", DOWNLOAD + " again");
        }
        // One character a byte: the signatures compare as text.
        String start = new String(head, StandardCharsets.ISO_8859_1);
        if (looksLikeSafetensors(start)) {
            return null;
        }
        for (Magic magic : MAGICS) {
            if (start.startsWith(magic.start)) {
                return new FormatGuess(magic.what, magic.cure);
            }
        }
        if (start.startsWith("PK\u0003\u0004") || start.startsWith("PK\u0005\u0006")) {
            return zip(start);
        }
        if (start.startsWith("ustar", TAR_MAGIC_OFFSET)) {
            return new FormatGuess("a tar archive", UNPACK);
        }
        if (start.charAt(0) == '\u0080' && start.length() > 1 && start.charAt(1) >= 2 && start.charAt(1) <= 5) {
            return new FormatGuess("a Python pickle, as old PyTorch versions write it", CONVERT);
        }
        return isText(start) ? text(start) : binary(start);
    }

    /// A length of at most the limit, and a header that starts as all writers start it.
    private static boolean looksLikeSafetensors(String start) {
        return start.length() > HeaderParser.LENGTH_BYTES
                && start.charAt(HeaderParser.LENGTH_BYTES) == '{'
                && start.startsWith("\0\0\0\0", 4);
    }

    private static FormatGuess zip(String start) {
        if (start.contains("/data.pkl") || start.contains("data.pkl")) {
            return new FormatGuess("a PyTorch file (a pickle in a zip archive)", CONVERT);
        }
        if (start.contains(".npy")) {
            return new FormatGuess("a NumPy archive (.npz)", CONVERT);
        }
        return new FormatGuess("a zip archive", UNPACK);
    }

    private static FormatGuess text(String start) {
        String trimmed = start.strip().toLowerCase(Locale.ROOT);
        if (trimmed.startsWith("<!doctype html") || trimmed.startsWith("<html") || trimmed.startsWith("<head")) {
            return new FormatGuess("a saved web page (HTML)", DOWNLOAD + ", not the page about it");
        }
        if (trimmed.startsWith("<")) {
            return new FormatGuess("an XML text", DOWNLOAD);
        }
        if (trimmed.startsWith("{") || trimmed.startsWith("[")) {
            return new FormatGuess("a JSON text", OTHER_TEXT);
        }
        return new FormatGuess("a text, perhaps YAML", OTHER_TEXT);
    }

    private static @Nullable FormatGuess binary(String start) {
        if (start.length() < 16) {
            return null;
        }
        char first = start.charAt(0);
        char second = start.charAt(1);
        char third = start.charAt(2);
        // ModelProto: field 1 (ir_version) is a small number, then field 2 (producer_name) or 7 (graph).
        if (first == 0x08 && second > 0 && second < 0x20 && (third == 0x12 || third == 0x3a)) {
            return new FormatGuess(ONNX, IMPORT_ONNX);
        }
        // A map of a few entries whose first key is a short ASCII string.
        int keyLength = second - 0xa0;
        if (first > 0x80
                && first < 0x90
                && keyLength > 0
                && keyLength < 0x20
                && isText(start.substring(2, Math.min(start.length(), 2 + keyLength)))) {
            return new FormatGuess("a msgpack file, as Flax writes it", CONVERT);
        }
        return null;
    }

    /// The text may be cut anywhere and in any encoding that leaves ASCII alone.
    private static boolean isText(String start) {
        for (int i = 0; i < start.length(); i++) {
            char c = start.charAt(i);
            boolean isSpace = c == '\n' || c == '\r' || c == '\t';
            if (c == 0x7f || (c < 0x20 && !isSpace)) {
                return false;
            }
        }
        return start.chars().anyMatch(c -> c < 0x80);
    }
}
