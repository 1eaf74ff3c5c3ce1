package org.modelmerge.json;

import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// The input of a [JsonReader], a window at a time, with the place for messages.
final class ByteWindow {
    static final int END = -1;

    private static final int WINDOW_BYTES = 1 << 16;

    private final JsonReader.Input input;
    private final byte[] window = new byte[WINDOW_BYTES];
    private int position;
    private int limit;
    private long before;
    private long line = 1;
    private long lineStart;

    ByteWindow(JsonReader.Input input) {
        this.input = input;
    }

    /// The next byte as 0..255, unread, or [#END].
    int peek() throws MergeException {
        return position < limit || fill() ? window[position] & 0xff : END;
    }

    /// Consumes the byte that was peeked.
    void skip() {
        position++;
    }

    /// The next byte that is not white space, unread, or [#END].
    int peekToken() throws MergeException {
        while (true) {
            int next = peek();
            if (next == '\n') {
                line++;
                lineStart = before + position + 1;
            } else if (next != ' ' && next != '\t' && next != '\r') {
                return next;
            }
            position++;
        }
    }

    /// Moves the bytes of the window up to a quote, a backslash or a control character to `text`.
    void takePlain(ByteText text) {
        int start = position;
        while (position < limit && isPlain(window[position])) {
            position++;
        }
        text.append(window, start, position - start);
    }

    private static boolean isPlain(byte b) {
        return b != '"' && b != '\\' && (b >= 0x20 || b < 0);
    }

    /// Consumes one of the words `true`, `false`, `null`.
    void takeWord(String word) throws MergeException {
        for (int i = 0; i < word.length(); i++) {
            if (peek() != word.charAt(i)) {
                throw unexpected(word);
            }
            skip();
        }
    }

    MergeException unexpected(String expected) throws MergeException {
        int next = peek();
        return fault("expected " + expected + ", got " + described(next));
    }

    MergeException fault(String problem) {
        long column = before + position - lineStart + 1;
        return MergeException.of(
                ErrorCode.MALFORMED, "invalid JSON at line " + line + ", column " + column + ": " + problem);
    }

    private String described(int next) {
        if (next == END) {
            return "the end of the text";
        }
        if (next == 0xef && before + position == 0) {
            return "a byte order mark";
        }
        return next > 0x20 && next < 0x7f
                ? "\"" + (char) next + "\""
                : "the byte 0x" + Integer.toHexString(0x100 | next).substring(1);
    }

    private boolean fill() throws MergeException {
        before += limit;
        position = 0;
        limit = input.read(window);
        return limit > 0;
    }
}
