package org.modelmerge.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// Numbers and values as people read them, the same in every locale.
final class Numbers {
    /// Stands where a value does not exist.
    static final String NONE = "\u2013";

    private static final String[] BYTE_UNITS = {"kB", "MB", "GB", "TB", "PB", "EB"};

    private Numbers() {}

    /// Grouped by thousands: `84,934,656`.
    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /// Decimal units, as file managers and hubs show them: `1.34 GB`.
    static String bytes(long bytes) {
        if (bytes < 1000) {
            return bytes + " B";
        }
        double value = bytes / 1000.0;
        int unit = 0;
        while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        String format = value < 9.995 ? "%.2f %s" : value < 99.95 ? "%.1f %s" : "%.0f %s";
        return String.format(Locale.ROOT, format, value, BYTE_UNITS[unit]);
    }

    /// Four significant digits: `12.35`, `0.001235`, `1.235e-07`.
    static String significant(double value) {
        if (!Double.isFinite(value)) {
            return NONE;
        }
        double size = Math.abs(value);
        if (size == 0) {
            return "0";
        }
        if (size < 1e-4 || size >= 1e7) {
            return String.format(Locale.ROOT, "%.3e", value);
        }
        int decimals = Math.max(0, 3 - (int) Math.floor(Math.log10(size)));
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /// Three decimals and a true minus sign, for cosines.
    static String cosine(double value) {
        if (!Double.isFinite(value)) {
            return NONE;
        }
        String text = String.format(Locale.ROOT, "%.3f", value);
        return text.equals("-0.000") ? "0.000" : text.replace('-', '\u2212');
    }

    /// A share as a percentage of three significant digits or so: `12.3 %`, `0.0451 %`.
    static String percent(double share) {
        if (!Double.isFinite(share)) {
            return NONE;
        }
        double value = share * 100;
        if (value == 0) {
            return "0\u00a0%";
        }
        String format = value >= 99.95 ? "%.0f" : value >= 9.995 ? "%.1f" : value >= 0.9995 ? "%.2f" : "%.3g";
        return String.format(Locale.ROOT, format, value) + "\u00a0%";
    }

    /// An accuracy as a percentage with one decimal: `83.2%`.
    static String accuracy(double share) {
        return Double.isFinite(share) ? String.format(Locale.ROOT, "%.1f%%", share * 100) : NONE;
    }

    /// The value of a parameter: lists joined by commas, maps as `key=value`.
    static String value(Object value) {
        return switch (value) {
            case List<?> list -> list.stream().map(Numbers::value).collect(Collectors.joining(", "));
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + value(entry.getValue()))
                        .collect(Collectors.joining(", "));
            default -> value.toString();
        };
    }
}
