package org.modelmerge.yaml;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// An object of a parsed document with its place in it; wrong types become `MALFORMED` with the key and what stands
/// there.
///
/// @param place where the object stands, for messages; empty at the top
/// @param members keys are strings, as the parsers make them
public record Tree(String place, Map<?, ?> members) {
    /// The value as an object.
    public static Tree of(String place, @Nullable Object value) throws MergeException {
        if (value instanceof Map<?, ?> members) {
            return new Tree(place, members);
        }
        throw wrongType(place, value, "a mapping");
    }

    /// Refuses keys other than these, naming the nearest.
    public void allowOnly(Collection<String> keys) throws MergeException {
        for (Object key : members.keySet()) {
            if (!keys.contains((String) key)) {
                throw unknown(key(key.toString()), (String) key, keys);
            }
        }
    }

    /// The exception for a key that does not exist.
    public static MergeException unknown(String place, String key, Collection<String> known) {
        MergeException exception =
                malformed("unknown key " + Printable.text(place) + ", expected one of " + String.join(", ", known));
        String nearest = NearestName.of(key, known);
        return nearest == null ? exception : exception.withHint("did you mean " + nearest + "?");
    }

    /// Whether the key is there, even without a value.
    public boolean has(String key) {
        return members.containsKey(key);
    }

    /// The value of a key that must be there.
    public Object required(String key) throws MergeException {
        Object value = members.get(key);
        if (value == null) {
            throw malformed(
                    has(key) ? Printable.text(key(key)) + " has no value" : "missing key " + Printable.text(key(key)));
        }
        return value;
    }

    /// The object at a key that must be there.
    public Tree object(String key) throws MergeException {
        return of(key(key), required(key));
    }

    /// The list at a key that must be there.
    public List<?> list(String key) throws MergeException {
        Object value = required(key);
        if (value instanceof List<?> list) {
            return list;
        }
        throw wrongType(key(key), value, "a list");
    }

    /// The text at a key that must be there.
    public String text(String key) throws MergeException {
        return text(key(key), required(key));
    }

    /// The value as text.
    public static String text(String place, @Nullable Object value) throws MergeException {
        if (value instanceof String text) {
            return text;
        }
        MergeException exception = wrongType(place, value, "text");
        return raise(
                value instanceof Map || value instanceof List ? exception : exception.withHint("put it in quotes"));
    }

    private static String raise(MergeException exception) throws MergeException {
        throw exception;
    }

    /// An integer that is not negative.
    public long count(String key) throws MergeException {
        Object value = required(key);
        if (value instanceof Long count && count >= 0) {
            return count;
        }
        throw wrongType(key(key), value, "an integer from 0 on");
    }

    /// A SHA-256 in lower-case hex.
    public String sha256(String key) throws MergeException {
        String hex = text(key);
        if (hex.length() != 64 || !hex.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            throw wrongType(key(key), hex, "a SHA-256 of 64 lower-case hex digits");
        }
        return hex;
    }

    /// The members as file name to SHA-256.
    public Map<String, String> hashes() throws MergeException {
        Map<String, String> hashes = new LinkedHashMap<>();
        for (Object file : members.keySet()) {
            hashes.put((String) file, sha256((String) file));
        }
        return hashes;
    }

    /// The members as a map without nulls at any level.
    public Map<String, Object> values() throws MergeException {
        Map<String, Object> values = new LinkedHashMap<>();
        for (Object key : members.keySet()) {
            values.put((String) key, withoutNulls(key((String) key), members.get(key)));
        }
        return values;
    }

    private static Object withoutNulls(String place, @Nullable Object value) throws MergeException {
        switch (value) {
            case null -> throw malformed(Printable.text(place) + " has no value");
            case Map<?, ?> map -> new Tree(place, map).values();
            case List<?> list -> {
                for (Object element : list) {
                    withoutNulls(place + "[]", element);
                }
            }
            default -> {}
        }
        return value;
    }

    /// Where a key stands, for messages.
    public String key(String key) {
        return place.isEmpty() ? key : place + "." + key;
    }

    /// The exception for a value of another type, `MALFORMED`.
    public static MergeException wrongType(String place, @Nullable Object value, String expected) {
        Function<String, String> named = kind -> "wrong value at " + Printable.text(place.isEmpty() ? "the top" : place)
                + " (got " + kind + ", expected " + expected + ")";
        return malformed(named.apply(
                switch (value) {
                    case null -> "nothing";
                    case Map<?, ?> _ -> "a mapping";
                    case List<?> _ -> "a list";
                    case String text -> "\"" + Printable.text(text) + "\"";
                    default -> value.toString();
                }));
    }

    /// A fault of the document, `MALFORMED`.
    public static MergeException malformed(String problem) {
        return MergeException.of(ErrorCode.MALFORMED, problem);
    }
}
