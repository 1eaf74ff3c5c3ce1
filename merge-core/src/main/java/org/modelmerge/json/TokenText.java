package org.modelmerge.json;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.modelmerge.error.MergeException;

/// Reads the tokens of a [JsonReader] that have a text: strings, numbers and words.
///
/// The buffer grows with what was read, never ahead of it.
final class TokenText {
    private final ByteWindow in;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private byte[] text = new byte[256];
    private int length;
    private boolean ascii;

    private boolean isInteger;
    private boolean isNegative;
    private boolean overflowed;
    private long significand;
    private long exponent;

    TokenText(ByteWindow in) {
        this.in = in;
    }

    /// Reads a string whose opening quote is next.
    String string() throws MergeException {
        in.skip();
        length = 0;
        ascii = true;
        while (true) {
            in.takePlain(this);
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

    /// Adds bytes of a string and returns its new length.
    int append(byte[] source, int start, int count) {
        ensure(count);
        for (int i = 0; i < count; i++) {
            byte b = source[start + i];
            ascii &= b >= 0;
            text[length++] = b;
        }
        return length;
    }

    private String decoded() throws MergeException {
        if (ascii) {
            return new String(text, 0, length, StandardCharsets.ISO_8859_1);
        }
        try {
            return utf8.decode(ByteBuffer.wrap(text, 0, length)).toString();
        } catch (CharacterCodingException e) {
            throw in.fault("a string that is not valid UTF-8");
        }
    }

    private void escape() throws MergeException {
        int escaped = in.peek();
        switch (escaped) {
            case '"', '\\', '/' -> appendByte(escaped);
            case 'b' -> appendByte('\b');
            case 'f' -> appendByte('\f');
            case 'n' -> appendByte('\n');
            case 'r' -> appendByte('\r');
            case 't' -> appendByte('\t');
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
            appendByte(point);
            return;
        }
        byte[] encoded = Character.toString(point).getBytes(StandardCharsets.UTF_8);
        append(encoded, 0, encoded.length);
    }

    private void appendByte(int b) {
        ensure(1);
        text[length++] = (byte) b;
    }

    private void ensure(int more) {
        if (text.length - length < more) {
            text = Arrays.copyOf(
                    text, Math.max(length + more, (int) Math.min(2L * text.length, Integer.MAX_VALUE - 8)));
        }
    }

    /// Reads one of the words `true`, `false`, `null`.
    void word(String word) throws MergeException {
        for (int i = 0; i < word.length(); i++) {
            if (in.peek() != word.charAt(i)) {
                throw in.unexpected(word);
            }
            in.skip();
        }
    }

    /// Reads plain digits up to 2^63-1.
    long count() throws MergeException {
        scanNumber();
        if (isNegative) {
            throw in.fault("expected a count, got the negative number " + shown());
        }
        if (!isInteger) {
            throw in.fault("expected a count in plain digits, got " + shown());
        }
        if (overflowed || significand < 0) {
            throw in.fault("a count that is too large (got " + shown() + ", expected at most " + Long.MAX_VALUE + ")");
        }
        return significand;
    }

    /// Reads any number.
    Number number() throws MergeException {
        scanNumber();
        if (isInteger && !overflowed && significand >= 0 && !(isNegative && significand == 0)) {
            return isNegative ? -significand : significand;
        }
        String digits = new String(text, 0, length, StandardCharsets.ISO_8859_1);
        double value = Double.parseDouble(digits);
        if (isInteger && value == Long.MIN_VALUE && digits.equals(Long.toString(Long.MIN_VALUE))) {
            return Long.MIN_VALUE;
        }
        if (Double.isInfinite(value)) {
            throw outOfRange();
        }
        return value;
    }

    /// Reads a number and checks that it is in the range of a double.
    ///
    /// The check is the one of serde_json without its `float_roundtrip` feature: the leading digits that fit 64
    /// bits, times a power of ten in double arithmetic. A correctly rounded parser would differ on the last representable
    /// values, and would have to look at all digits.
    void scanNumber() throws MergeException {
        length = 0;
        significand = 0;
        exponent = 0;
        isInteger = true;
        overflowed = false;
        isNegative = in.peek() == '-';
        if (isNegative) {
            takeByte();
        }
        boolean leadingZero = in.peek() == '0';
        long digits = integerDigits();
        if (digits == 0 || leadingZero && digits > 1) {
            throw digits == 0 ? in.unexpected("a digit") : in.fault("a number with a leading zero");
        }
        if (in.peek() == '.') {
            takeByte();
            isInteger = false;
            fractionDigits();
        }
        if (in.peek() == 'e' || in.peek() == 'E') {
            takeByte();
            isInteger = false;
            exponentDigits();
        }
        if (isTooLarge()) {
            throw outOfRange();
        }
    }

    private long integerDigits() throws MergeException {
        long digits = 0;
        for (int digit = takeDigit(); digit >= 0; digit = takeDigit()) {
            digits++;
            if (!addDigit(digit)) {
                exponent++;
            }
        }
        return digits;
    }

    private void fractionDigits() throws MergeException {
        int digit = takeDigit();
        if (digit < 0) {
            throw in.unexpected("a digit after the decimal point");
        }
        // Once a digit did not fit, the later ones of the fraction are ignored. Those of the integer part that did not
        // fit do not count: the fraction starts afresh, as in the reference.
        overflowed = false;
        for (; digit >= 0; digit = takeDigit()) {
            if (addDigit(digit)) {
                exponent--;
            }
        }
    }

    private void exponentDigits() throws MergeException {
        int sign = in.peek();
        if (sign == '+' || sign == '-') {
            takeByte();
        }
        int digit = takeDigit();
        if (digit < 0) {
            throw in.unexpected("a digit in an exponent");
        }
        long value = 0;
        for (; digit >= 0; digit = takeDigit()) {
            value = Math.min(value * 10 + digit, 1L << 32);
        }
        exponent += sign == '-' ? -value : value;
    }

    private boolean addDigit(int digit) {
        if (overflowed || Long.compareUnsigned(significand, Long.divideUnsigned(-1L - digit, 10)) > 0) {
            overflowed = true;
            return false;
        }
        significand = significand * 10 + digit;
        return true;
    }

    private boolean isTooLarge() {
        if (significand == 0 || exponent <= 0) {
            return false;
        }
        return exponent > 308 || Double.isInfinite(unsignedDouble(significand) * Double.parseDouble("1e" + exponent));
    }

    private static double unsignedDouble(long value) {
        // Halving with a sticky last bit rounds once, and doubling is exact.
        return value >= 0 ? value : 2.0 * (value >>> 1 | value & 1);
    }

    private int takeDigit() throws MergeException {
        int next = in.peek();
        if (next < '0' || next > '9') {
            return -1;
        }
        takeByte();
        return next - '0';
    }

    private void takeByte() throws MergeException {
        appendByte(in.peek());
        in.skip();
    }

    private MergeException outOfRange() {
        return in.fault("a number out of range (got " + shown() + ", expected a double)");
    }

    private String shown() {
        int cut = Math.min(length, 40);
        return new String(text, 0, cut, StandardCharsets.ISO_8859_1) + (cut < length ? "..." : "");
    }
}
