package org.modelmerge.cli;

import java.math.BigDecimal;
import java.math.RoundingMode;

/// Numbers for people: sizes, counts, durations. The same in every locale.
final class Quantity {
    private static final String[] DECIMAL_UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};

    private Quantity() {}

    /// Bytes with a decimal unit and three digits, for example `5.37 GB`; below 1000 exact.
    static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        // 999.5 and above would round to four digits.
        while (value >= (unit == 0 ? 1000 : 999.5) && unit < DECIMAL_UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        return (unit == 0 ? Long.toString(bytes) : threeDigits(value)) + " " + DECIMAL_UNITS[unit];
    }

    /// A count with commas between groups of three digits.
    static String count(long count) {
        String digits = Long.toString(count);
        StringBuilder grouped = new StringBuilder(digits.length() + digits.length() / 3);
        for (int i = 0; i < digits.length(); i++) {
            if (i > 0 && (digits.length() - i) % 3 == 0 && digits.charAt(i - 1) != '-') {
                grouped.append(',');
            }
            grouped.append(digits.charAt(i));
        }
        return grouped.toString();
    }

    /// `1 tensor`, `2 tensors`.
    static String count(long count, String noun) {
        return count(count) + " " + noun + (count == 1 ? "" : "s");
    }

    /// `0.41 s`, `12.3 s`, `4 min 05 s`, `2 h 03 min`.
    static String duration(double seconds) {
        if (seconds < 60) {
            return threeDigits(seconds) + " s";
        }
        long whole = Math.round(seconds);
        if (whole < 3600) {
            return whole / 60 + " min " + twoDigits(whole % 60) + " s";
        }
        return whole / 3600 + " h " + twoDigits(whole % 3600 / 60) + " min";
    }

    /// Three significant digits without an exponent for 0.01 and above, for example `0.0123`, `12.3`, `417`.
    static String threeDigits(double value) {
        if (!Double.isFinite(value)) {
            return Double.toString(value);
        }
        int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
        return BigDecimal.valueOf(value)
                .setScale(decimals, RoundingMode.HALF_EVEN)
                .toPlainString();
    }

    /// A measured value with four significant digits, in scientific notation where it is very small or very large.
    static String measure(double value) {
        if (!Double.isFinite(value) || value == 0) {
            return Double.toString(value);
        }
        BigDecimal rounded = new BigDecimal(value)
                .round(new java.math.MathContext(4, RoundingMode.HALF_EVEN))
                .stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent >= -4 && exponent < 6) {
            return rounded.toPlainString();
        }
        return rounded.scaleByPowerOfTen(-exponent).toPlainString() + "e" + exponent;
    }

    private static String twoDigits(long value) {
        return (value < 10 ? "0" : "") + value;
    }
}
