package org.modelmerge.json;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes JSON, the same text for the same calls on every machine.
///
/// Numbers are written as `Double.toString` and `Float.toString` do, which is the shortest text that reads back to the
/// same value; NaN and infinities, which JSON lacks, become `null`. Calls that would not make a document throw
/// `IllegalStateException`. Not thread-safe.
public final class JsonWriter {
    private static final String HEX = "0123456789abcdef";

    private final Appendable out;
    private final boolean pretty;
    private final boolean htmlSafe;
    private final Deque<Scope> scopes = new ArrayDeque<>();
    private boolean named;
    private boolean written;

    private JsonWriter(Appendable out, boolean pretty, boolean htmlSafe) {
        this.out = out;
        this.pretty = pretty;
        this.htmlSafe = htmlSafe;
    }

    /// Without white space.
    public static JsonWriter compact(Appendable out) {
        return new JsonWriter(out, false, false);
    }

    /// A line for each value, indented by two spaces.
    public static JsonWriter pretty(Appendable out) {
        return new JsonWriter(out, true, false);
    }

    /// Without white space and with `<`, `>` and `&` escaped, to stand inside an HTML script element.
    public static JsonWriter forHtml(Appendable out) {
        return new JsonWriter(out, false, true);
    }

    /// The compact text of a tree of maps, iterables, strings, numbers, booleans and nulls.
    public static String write(@Nullable Object tree) {
        StringBuilder text = new StringBuilder();
        compact(text).value(tree);
        return text.toString();
    }

    /// Starts an object; its members follow as [#name(String)] and a value each.
    public JsonWriter beginObject() {
        return begin('{', '}');
    }

    /// Ends an object.
    public JsonWriter endObject() {
        return end('}');
    }

    /// Starts an array.
    public JsonWriter beginArray() {
        return begin('[', ']');
    }

    /// Ends an array.
    public JsonWriter endArray() {
        return end(']');
    }

    /// The key of the next value.
    public JsonWriter name(String name) {
        Scope scope = scopes.peek();
        if (scope == null || scope.close != '}' || named) {
            throw new IllegalStateException("no place for the key " + name);
        }
        separate(scope);
        quoted(name);
        append(pretty ? ": " : ":");
        named = true;
        return this;
    }

    /// A member of an object: [#name(String)] and [#value(Object)].
    public JsonWriter member(String name, @Nullable Object value) {
        return name(name).value(value);
    }

    /// A value: null, a string, number or boolean, or a map or iterable of values.
    ///
    /// Numbers other than Double and Float are written by their `toString`.
    ///
    /// @throws IllegalArgumentException if it is anything else
    public JsonWriter value(@Nullable Object value) {
        switch (value) {
            case null -> raw("null");
            case String text -> {
                place();
                quoted(text);
            }
            case Boolean bool -> raw(bool.toString());
            case Double number -> raw(Double.isFinite(number) ? number.toString() : "null");
            case Float number -> raw(Float.isFinite(number) ? number.toString() : "null");
            case Number number -> raw(number.toString());
            case Map<?, ?> members -> {
                beginObject();
                members.forEach(this::memberOf);
                endObject();
            }
            case Iterable<?> elements -> {
                beginArray();
                elements.forEach(this::value);
                endArray();
            }
            default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
        }
        return this;
    }

    private void memberOf(Object name, @Nullable Object member) {
        if (!(name instanceof String text)) {
            throw new IllegalArgumentException("a key that is no string: " + name);
        }
        member(text, member);
    }

    private JsonWriter begin(char open, char close) {
        place();
        append(open);
        scopes.push(new Scope(close));
        return this;
    }

    private JsonWriter end(char close) {
        Scope scope = scopes.peek();
        if (scope == null || scope.close != close || named) {
            throw new IllegalStateException("no place for " + close);
        }
        scopes.pop();
        if (scope.filled) {
            newLine();
        }
        append(close);
        return this;
    }

    private void raw(String text) {
        place();
        append(text);
    }

    private void place() {
        Scope scope = scopes.peek();
        if (scope == null ? written : scope.close == '}' && !named) {
            throw new IllegalStateException("no place for a value");
        }
        if (scope != null && !named) {
            separate(scope);
        }
        named = false;
        written = true;
    }

    private void separate(Scope scope) {
        if (scope.filled) {
            append(',');
        }
        scope.filled = true;
        newLine();
    }

    private void newLine() {
        if (pretty) {
            append('\n');
            append("  ".repeat(scopes.size()));
        }
    }

    private void quoted(String text) {
        append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> append("\\\"");
                case '\\' -> append("\\\\");
                case '\n' -> append("\\n");
                case '\r' -> append("\\r");
                case '\t' -> append("\\t");
                case '\b' -> append("\\b");
                case '\f' -> append("\\f");
                default -> {
                    if (isEscaped(text, i, c)) {
                        escape(c);
                    } else {
                        append(c);
                    }
                }
            }
        }
        append('"');
    }

    /// Unpaired surrogates, which UTF-8 cannot hold, are escaped too, so that writing the text never loses them.
    private boolean isEscaped(String text, int i, char c) {
        return c < 0x20
                || c == 0x7f
                || c == '\u2028'
                || c == '\u2029'
                || (htmlSafe && (c == '<' || c == '>' || c == '&'))
                || isUnpaired(text, i, c);
    }

    private static boolean isUnpaired(String text, int i, char c) {
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }

    private void escape(char c) {
        append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            append(HEX.charAt((c >> shift) & 0xf));
        }
    }

    private void append(char c) {
        try {
            out.append(c);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void append(String text) {
        try {
            out.append(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Scope {
        private final char close;
        private boolean filled;

        Scope(char close) {
            this.close = close;
        }
    }
}
