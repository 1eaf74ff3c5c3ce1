package org.modelmerge.json;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// A strict pull parser for JSON (RFC 8259) that reads its input once, in small windows.
///
/// It accepts what serde_json 1.0 accepts, the parser of the safetensors reference reader, with one exception: an
/// object in which a key occurs twice is refused, however the key is spelled. So: valid UTF-8 without a byte order
/// mark, no unpaired surrogates, no control characters in strings, no number beyond the range of a double, at most
/// [#DEPTH_LIMIT] nested values, nothing but white space after the text. Parts that the caller skips are checked alike.
///
/// The caller knows the grammar of its document and asks for one piece after the other; a piece of another kind is
/// `MALFORMED`, as is every fault of the text. After an exception the reader is of no use. Not thread-safe.
public final class JsonReader {
    /// Objects and arrays inside each other, the outermost included.
    public static final int DEPTH_LIMIT = 127;

    private final ByteWindow in;
    private final StringToken strings;
    private final NumberToken numbers;
    private final boolean[] first = new boolean[DEPTH_LIMIT + 1];
    private final boolean[] isObject = new boolean[DEPTH_LIMIT + 1];
    private final List<Set<String>> keys = new ArrayList<>();
    private int depth;

    /// What a value is.
    public enum Kind {
        OBJECT("an object"),
        ARRAY("an array"),
        STRING("a string"),
        NUMBER("a number"),
        BOOLEAN("true or false"),
        NULL("null");

        private final String noun;

        Kind(String noun) {
            this.noun = noun;
        }

        @Override
        public String toString() {
            return noun;
        }
    }

    /// Where the bytes come from.
    @FunctionalInterface
    public interface Input {
        /// Fills the start of the array with the next bytes and returns their number, 0 at the end.
        int read(byte[] target) throws MergeException;
    }

    /// A reader of the bytes that `input` gives.
    public JsonReader(Input input) {
        in = new ByteWindow(input);
        strings = new StringToken(in);
        numbers = new NumberToken(in);
    }

    /// The kind of the next value, which stays unread.
    public Kind peek() throws MergeException {
        int next = in.peekToken();
        return switch (next) {
            case '{' -> Kind.OBJECT;
            case '[' -> Kind.ARRAY;
            case '"' -> Kind.STRING;
            case 't', 'f' -> Kind.BOOLEAN;
            case 'n' -> Kind.NULL;
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> Kind.NUMBER;
            default -> throw in.unexpected("a value");
        };
    }

    /// Enters an object.
    public void beginObject() throws MergeException {
        enter(Kind.OBJECT);
        keys.add(new HashSet<>());
    }

    /// The next key of the object, whose value comes next; null if there is none, and the object is left.
    public @Nullable String nextName() throws MergeException {
        int next = in.peekToken();
        if (next == '}') {
            in.skip();
            depth--;
            keys.removeLast();
            return null;
        }
        separator("\",\" or \"}\"");
        if (in.peekToken() != '"') {
            throw in.unexpected("a key in quotes");
        }
        String name = strings.read();
        if (!keys.getLast().add(name)) {
            throw in.fault("the key \"" + Printable.text(name) + "\" occurs twice in one object");
        }
        if (in.peekToken() != ':') {
            throw in.unexpected("\":\" after a key");
        }
        in.skip();
        return name;
    }

    /// Enters an array.
    public void beginArray() throws MergeException {
        enter(Kind.ARRAY);
    }

    /// True if the array has another element, which comes next; if not, the array is left.
    public boolean nextElement() throws MergeException {
        if (in.peekToken() == ']') {
            in.skip();
            depth--;
            return false;
        }
        separator("\",\" or \"]\"");
        return true;
    }

    /// Reads a string.
    public String string() throws MergeException {
        expect(Kind.STRING);
        return strings.read();
    }

    /// Reads `true` or `false`.
    public boolean bool() throws MergeException {
        expect(Kind.BOOLEAN);
        boolean value = in.peekToken() == 't';
        in.takeWord(value ? "true" : "false");
        return value;
    }

    /// Reads `null`.
    public void nothing() throws MergeException {
        expect(Kind.NULL);
        in.takeWord("null");
    }

    /// Reads a count: plain digits, without sign, fraction or exponent.
    ///
    /// @return 0 to 2^63-1; larger counts are refused
    public long count() throws MergeException {
        expect(Kind.NUMBER);
        return numbers.count();
    }

    /// Reads any number: a Long where it is written as an integer and fits, else a Double.
    public Number number() throws MergeException {
        expect(Kind.NUMBER);
        return numbers.value();
    }

    /// Reads a value of any kind, checks it and forgets it.
    public void skipValue() throws MergeException {
        int outside = depth;
        do {
            if (depth > outside && !atValue()) {
                continue;
            }
            switch (peek()) {
                case OBJECT -> beginObject();
                case ARRAY -> beginArray();
                case STRING -> strings.read();
                case NUMBER -> numbers.scan();
                case BOOLEAN -> bool();
                case NULL -> nothing();
            }
        } while (depth > outside);
    }

    /// Checks that nothing but white space follows.
    public void end() throws MergeException {
        if (in.peekToken() != ByteWindow.END) {
            throw in.unexpected("the end of the text");
        }
    }

    /// A fault at the current place, for callers whose document breaks its own rules.
    public MergeException fault(String problem) {
        return in.fault(problem);
    }

    /// Moves on to the next value inside the current object or array; false if that has ended and is left.
    private boolean atValue() throws MergeException {
        return isObject[depth] ? nextName() != null : nextElement();
    }

    private void enter(Kind kind) throws MergeException {
        expect(kind);
        if (depth == DEPTH_LIMIT) {
            throw in.fault("values are nested too deeply (expected at most " + DEPTH_LIMIT + " levels)");
        }
        in.skip();
        depth++;
        first[depth] = true;
        isObject[depth] = kind == Kind.OBJECT;
    }

    private void separator(String expected) throws MergeException {
        if (first[depth]) {
            first[depth] = false;
        } else if (in.peekToken() == ',') {
            in.skip();
        } else {
            throw in.unexpected(expected);
        }
    }

    private void expect(Kind kind) throws MergeException {
        Kind found = peek();
        if (found != kind) {
            throw in.fault("expected " + kind + ", got " + found);
        }
    }
}
