package org.modelmerge.json;

import org.modelmerge.error.MergeException;

/// Reads the numbers of a [JsonReader].
final class NumberToken {
    private final ByteWindow in;
    private final ByteText text = new ByteText();

    private boolean isInteger;
    private boolean isNegative;
    private boolean overflowed;
    private long significand;
    private long exponent;

    NumberToken(ByteWindow in) {
        this.in = in;
    }

    /// Reads plain digits up to 2^63-1.
    long count() throws MergeException {
        scan();
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
    Number value() throws MergeException {
        scan();
        if (isInteger && !overflowed && significand >= 0 && !(isNegative && significand == 0)) {
            return isNegative ? -significand : significand;
        }
        String digits = text.ascii(text.length());
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
    /// bits, times a power of ten in double arithmetic. A correctly rounded parser would differ on the last
    /// representable values, and would have to look at all digits.
    void scan() throws MergeException {
        text.clear();
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
        if (digits == 0 || (leadingZero && digits > 1)) {
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
        return value >= 0 ? value : 2.0 * ((value >>> 1) | (value & 1));
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
        text.append(in.peek());
        in.skip();
    }

    private MergeException outOfRange() {
        return in.fault("a number out of range (got " + shown() + ", expected a double)");
    }

    private String shown() {
        int cut = Math.min(text.length(), 40);
        return text.ascii(cut) + (cut < text.length() ? "..." : "");
    }
}
