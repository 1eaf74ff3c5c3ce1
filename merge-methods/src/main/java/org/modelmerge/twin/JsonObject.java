package org.modelmerge.twin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// Typed members of a parsed JSON object; what is missing or of another type is `MALFORMED`, naming its place.
final class JsonObject {
    private final String place;
    private final Map<?, ?> members;

    private JsonObject(String place, Map<?, ?> members) {
        this.place = place;
        this.members = members;
    }

    static JsonObject of(String place, @Nullable Object parsed) throws MergeException {
        if (parsed instanceof Map<?, ?> map) {
            return new JsonObject(place, map);
        }
        throw MergeException.of(
                ErrorCode.MALFORMED,
                (place.isEmpty() ? "the document" : place) + ": got " + kind(parsed) + ", expected an object");
    }

    boolean has(String name) {
        return members.get(name) != null;
    }

    JsonObject object(String name) throws MergeException {
        return of(at(name), members.get(name));
    }

    List<JsonObject> objects(String name) throws MergeException {
        List<JsonObject> objects = new ArrayList<>();
        for (Object element : list(name)) {
            objects.add(of(at(name) + "[" + objects.size() + "]", element));
        }
        return objects;
    }

    String text(String name) throws MergeException {
        if (members.get(name) instanceof String text) {
            return text;
        }
        throw wrong(name, kind(members.get(name)), "a text");
    }

    /// A whole number that is not negative.
    long count(String name) throws MergeException {
        return count(name, members.get(name));
    }

    List<Long> counts(String name) throws MergeException {
        List<Long> counts = new ArrayList<>();
        for (Object element : list(name)) {
            counts.add(count(name, element));
        }
        return counts;
    }

    private long count(String name, @Nullable Object value) throws MergeException {
        if (value instanceof Long number && number >= 0) {
            return number;
        }
        throw wrong(name, value instanceof Number ? value.toString() : kind(value), "a whole number from 0");
    }

    List<Double> numbers(String name) throws MergeException {
        List<Double> numbers = new ArrayList<>();
        for (Object element : list(name)) {
            if (!(element instanceof Number number)) {
                throw wrong(name, kind(element), "a number");
            }
            numbers.add(number.doubleValue());
        }
        return numbers;
    }

    Map<String, String> texts() throws MergeException {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Object name : members.keySet()) {
            texts.put(name.toString(), text(name.toString()));
        }
        return texts;
    }

    /// All members that are not null.
    Map<String, Object> members() {
        Map<String, Object> all = new LinkedHashMap<>();
        members.forEach((name, value) -> {
            if (value != null) {
                all.put(name.toString(), value);
            }
        });
        return all;
    }

    MergeException wrong(String name, String got, String expected) {
        return MergeException.of(
                ErrorCode.MALFORMED, at(name) + ": got " + Printable.text(got) + ", expected " + expected);
    }

    private List<?> list(String name) throws MergeException {
        if (members.get(name) instanceof List<?> list) {
            return list;
        }
        throw wrong(name, kind(members.get(name)), "an array");
    }

    private String at(String name) {
        return place.isEmpty() ? name : place + "." + name;
    }

    private static String kind(@Nullable Object value) {
        return switch (value) {
            case null -> "nothing";
            case Map<?, ?> _ -> "an object";
            case List<?> _ -> "an array";
            case String _ -> "a text";
            case Boolean _ -> "true or false";
            default -> "a number";
        };
    }
}
