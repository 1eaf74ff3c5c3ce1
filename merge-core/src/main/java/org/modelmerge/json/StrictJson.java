package org.modelmerge.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.MergeException;

/// Whole JSON documents as trees of maps and lists, for small files.
///
/// The text is held to the rules of [JsonReader]. Use that class for documents that may be large.
public final class StrictJson {
    private StrictJson() {}

    /// The document in `utf8`.
    ///
    /// @return a `LinkedHashMap<String, Object>` in the order of the text, `ArrayList<Object>`, `String`,
    ///     `Boolean`, null, `Long` for integers that fit, or `Double` for all other numbers; the caller owns the
    /// tree
    /// @throws MergeException `MALFORMED`, with line and column
    public static @Nullable Object parse(byte[] utf8) throws MergeException {
        JsonReader reader = new JsonReader(new ArrayInput(utf8));
        Object tree = value(reader);
        reader.end();
        return tree;
    }

    private static @Nullable Object value(JsonReader reader) throws MergeException {
        return switch (reader.peek()) {
            case OBJECT -> object(reader);
            case ARRAY -> array(reader);
            case STRING -> reader.string();
            case NUMBER -> reader.number();
            case BOOLEAN -> reader.bool();
            case NULL -> {
                reader.nothing();
                yield null;
            }
        };
    }

    private static Map<String, @Nullable Object> object(JsonReader reader) throws MergeException {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        reader.beginObject();
        for (String name = reader.nextName(); name != null; name = reader.nextName()) {
            members.put(name, value(reader));
        }
        return members;
    }

    private static List<@Nullable Object> array(JsonReader reader) throws MergeException {
        List<@Nullable Object> elements = new ArrayList<>();
        reader.beginArray();
        while (reader.nextElement()) {
            elements.add(value(reader));
        }
        return elements;
    }

    private static final class ArrayInput implements JsonReader.Input {
        private final byte[] bytes;
        private int position;

        ArrayInput(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read(byte[] target) {
            int count = Math.min(target.length, bytes.length - position);
            System.arraycopy(bytes, position, target, 0, count);
            position += count;
            return count;
        }
    }
}
