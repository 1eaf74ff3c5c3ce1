package org.modelmerge.network;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.json.StrictJson;

/// A model's `config.json`: what the shapes of its tensors do not tell, such as the number of attention heads.
///
/// @param members keys and values of the file; empty if there is none
public record ModelConfig(Map<String, ?> members) {
    /// No configuration.
    public static final ModelConfig NONE = new ModelConfig(Map.of());

    private static final int SIZE_LIMIT = 1 << 20;

    /// Reads `config.json` in a model's folder; [#NONE] if the folder has none.
    ///
    /// @throws MergeException `MALFORMED`, or as the system refuses
    public static ModelConfig ofFolder(Path folder) throws MergeException {
        Path file = folder.resolve("config.json");
        if (LocalStorage.INSTANCE.kind(file) == Storage.Kind.ABSENT) {
            return NONE;
        }
        try (RangeSource source = LocalStorage.INSTANCE.open(file)) {
            if (source.size() > SIZE_LIMIT) {
                throw malformed(
                        "the file is too large (got " + source.size() + " bytes, expected at most " + SIZE_LIMIT + ")");
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) source.size());
            source.read(bytes, 0);
            return of(StrictJson.parse(bytes.array()));
        } catch (MergeException e) {
            throw e.inFile(file.toString());
        }
    }

    @SuppressWarnings("unchecked") // the keys of a JSON object are strings
    private static ModelConfig of(@Nullable Object document) throws MergeException {
        if (document instanceof Map<?, ?> members) {
            return new ModelConfig((Map<String, ?>) members);
        }
        throw malformed("got no object, expected one");
    }

    /// The object under a key, or [#NONE].
    public ModelConfig part(String key) throws MergeException {
        return members.containsKey(key) ? of(members.get(key)) : NONE;
    }

    /// The positive integer under a key.
    ///
    /// @throws MergeException `MALFORMED` if something else stands there
    public int count(String key, int otherwise) throws MergeException {
        Object value = members.get(key);
        return switch (value) {
            case null -> otherwise;
            case Long count when count > 0 && count <= Integer.MAX_VALUE -> count.intValue();
            default -> throw wrong(key, value, "a positive integer");
        };
    }

    /// The positive number under a key.
    ///
    /// @throws MergeException `MALFORMED` if something else stands there
    public float number(String key, float otherwise) throws MergeException {
        Object value = members.get(key);
        return switch (value) {
            case null -> otherwise;
            case Number number
            when number.floatValue() > 0 && Float.isFinite(number.floatValue()) -> number.floatValue();
            default -> throw wrong(key, value, "a positive number");
        };
    }

    /// Checks that a key is absent or has the one value that our forward pass has.
    ///
    /// @throws MergeException `MISMATCH` for any other
    public void require(String key, String expected) throws MergeException {
        Object value = members.get(key);
        if (value != null && !value.equals(expected)) {
            throw MergeException.of(
                    ErrorCode.MISMATCH,
                    "config.json asks for another network: " + key + " (got " + Printable.text(value.toString())
                            + ", expected " + expected + ")");
        }
    }

    private static MergeException wrong(String key, Object value, String expected) {
        return malformed("config.json: wrong value at " + key + " (got " + Printable.text(value.toString())
                + ", expected " + expected + ")");
    }

    private static MergeException malformed(String problem) {
        return MergeException.of(ErrorCode.MALFORMED, problem);
    }
}
