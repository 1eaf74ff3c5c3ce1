package org.modelmerge.report;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Values as YAML on one line, so quoted that every YAML 1.1 or 1.2 reader takes text for text.
final class YamlText {
    /// Words that no reader takes for anything but text start with a letter and hold nothing that YAML reads as syntax.
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z][A-Za-z0-9_/-]*(\\.[A-Za-z0-9_/-]+)*");

    private static final Pattern RESERVED = Pattern.compile("(?i)true|false|null|yes|no|on|off|y|n");

    private YamlText() {}

    /// Text, number, boolean, or lists and maps of these in flow style.
    ///
    /// @throws IllegalArgumentException for anything else, and for NaN and infinities
    static String value(Object value) {
        return switch (value) {
            case String text -> text(text);
            case Boolean flag -> flag.toString();
            case Double number -> finite(number);
            case Float number -> finite(Double.parseDouble(number.toString()));
            case Long number -> number.toString();
            case Integer number -> number.toString();
            case List<?> list -> list.stream().map(YamlText::value).collect(Collectors.joining(", ", "[", "]"));
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(entry -> text((String) entry.getKey()) + ": " + value(entry.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
            default -> throw new IllegalArgumentException("no YAML for " + value.getClass());
        };
    }

    /// Text, plain where that is safe, else in double quotes.
    static String text(String text) {
        if (PLAIN.matcher(text).matches() && !RESERVED.matcher(text).matches()) {
            return text;
        }
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(point -> append(quoted, point));
        return quoted.append('"').toString();
    }

    private static void append(StringBuilder quoted, int point) {
        if (point == '"' || point == '\\') {
            quoted.append('\\').append((char) point);
        } else if (isPrintable(point)) {
            quoted.appendCodePoint(point);
        } else if (Character.isBmpCodePoint(point)) {
            quoted.append("\\u").append(HexFormat.of().toHexDigits((char) point));
        } else {
            quoted.append("\\U").append(HexFormat.of().toHexDigits(point));
        }
    }

    private static boolean isPrintable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    private static String finite(double number) {
        if (!Double.isFinite(number)) {
            throw new IllegalArgumentException("no YAML for " + number);
        }
        return Double.toString(number);
    }
}
