package org.modelmerge.network;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.StrictJson;

/// What a `tokenizer.json` says about its vocabulary.
///
/// @param tokenCount one more than the largest token number
record TokenizerFile(long tokenCount) {
    /// Published ones have a few MB; the limit bounds what a wrong file costs.
    private static final int SIZE_LIMIT = 1 << 26;

    /// Embedding tables are padded to a multiple of this at most, for the sake of hardware.
    private static final int TABLE_PADDING = 128;

    static byte[] read(Path file) throws MergeException {
        try (RangeSource source = LocalStorage.INSTANCE.open(file)) {
            if (source.size() > SIZE_LIMIT) {
                throw malformed("the file is too large (got " + source.size() + " bytes, expected at most " + SIZE_LIMIT
                                + ")")
                        .inFile(file.toString());
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) source.size());
            source.read(bytes, 0);
            return bytes.array();
        }
    }

    static TokenizerFile parse(byte[] json) throws MergeException {
        Map<?, ?> top = object(StrictJson.parse(json), "the top");
        long count = countOf(object(top.get("model"), "model").get("vocab"));
        if (top.get("added_tokens") instanceof List<?> added) {
            for (Object token : added) {
                count = Math.max(
                        count, 1 + number(object(token, "added_tokens[]").get("id"), "added_tokens[].id"));
            }
        }
        return new TokenizerFile(count);
    }

    private static long countOf(@Nullable Object vocabulary) throws MergeException {
        if (vocabulary instanceof List<?> pieces) {
            return pieces.size();
        }
        long count = 0;
        for (Object number : object(vocabulary, "model.vocab").values()) {
            count = Math.max(count, 1 + number(number, "model.vocab"));
        }
        return count;
    }

    /// Checks that the network's embedding table has the rows of this vocabulary.
    ///
    /// @throws MergeException `MISMATCH` if it has fewer, or more than padding explains
    void requireRows(int rows) throws MergeException {
        if (tokenCount > rows || rows - tokenCount >= TABLE_PADDING) {
            throw MergeException.of(
                    ErrorCode.MISMATCH,
                    "the tokenizer has another vocabulary than the network (got " + tokenCount + " tokens, expected "
                            + rows + ", the rows of the embedding table)");
        }
    }

    private static Map<?, ?> object(@Nullable Object value, String place) throws MergeException {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw malformed("no tokenizer: expected an object at " + place);
    }

    private static long number(@Nullable Object value, String place) throws MergeException {
        if (value instanceof Long number && number >= 0 && number < Integer.MAX_VALUE) {
            return number;
        }
        throw malformed("no tokenizer: expected a token number at " + place);
    }

    private static MergeException malformed(String problem) {
        return MergeException.of(ErrorCode.MALFORMED, problem);
    }
}
