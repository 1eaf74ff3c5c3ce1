package org.modelmerge.json;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.modelmerge.error.MergeException;

/// Reads the strings of a [JsonReader].
///
/// Escapes are turned into UTF-8 first and the whole is decoded strictly then, so a broken sequence cannot be completed
/// by an escape.
final class StringToken {
    private final ByteWindow in;
    private final ByteText text = new ByteText();
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);

    StringToken(ByteWindow in) {
        this.in = in;
    }

    /// Reads a string whose opening quote is next.
    String read() throws MergeException {
        in.skip();
        text.clear();
        while (true) {
            in.takePlain(text);
            int next = in.peek();
            switch (next) {
                case '"' -> {
                    in.skip();
                    return decoded();
                }
                case '\\' -> {
                    in.skip();
                    escape();
                }
                case ByteWindow.END -> throw in.unexpected("the end of a string");
                default -> {
                    if (next < 0x20) {
                        throw in.fault("a control character in a string (got 0x"
                                + Integer.toHexString(0x100 | next).substring(1) + ", expected an escape)");
                    }
                }
            }
        }
    }

    private String decoded() throws MergeException {
        if (text.isAscii()) {
            return text.ascii(text.length());
        }
        try {
            return utf8.decode(ByteBuffer.wrap(text.bytes(), 0, text.length())).toString();
        } catch (CharacterCodingException e) {
            throw in.fault("a string that is not valid UTF-8");
        }
    }

    private void escape() throws MergeException {
        int escaped = in.peek();
        switch (escaped) {
            case '"', '\\', '/' -> text.append(escaped);
            case 'b' -> text.append('\b');
            case 'f' -> text.append('\f');
            case 'n' -> text.append('\n');
            case 'r' -> text.append('\r');
            case 't' -> text.append('\t');
            case 'u' -> {
                in.skip();
                appendCodePoint(escapedCodePoint());
                return;
            }
            default -> throw in.unexpected("an escape");
        }
        in.skip();
    }

    private int escapedCodePoint() throws MergeException {
        int unit = hex4();
        if (Character.isHighSurrogate((char) unit)) {
            expectByte('\\');
            expectByte('u');
            int low = hex4();
            if (Character.isLowSurrogate((char) low)) {
                return Character.toCodePoint((char) unit, (char) low);
            }
        } else if (!Character.isLowSurrogate((char) unit)) {
            return unit;
        }
        throw in.fault("an escape of one half of a surrogate pair");
    }

    private void expectByte(int expected) throws MergeException {
        if (in.peek() != expected) {
            throw in.unexpected("the escape of the second half of a surrogate pair");
        }
        in.skip();
    }

    private int hex4() throws MergeException {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int next = in.peek();
            int digit = next < 0x80 ? Character.digit(next, 16) : -1;
            if (digit < 0) {
                throw in.unexpected("four hexadecimal digits after \\u");
            }
            in.skip();
            value = value * 16 + digit;
        }
        return value;
    }

    private void appendCodePoint(int point) {
        if (point < 0x80) {
            text.append(point);
            return;
        }
        byte[] encoded = Character.toString(point).getBytes(StandardCharsets.UTF_8);
        text.append(encoded, 0, encoded.length);
    }
}
