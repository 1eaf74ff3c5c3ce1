package org.modelmerge.error;

/// Makes text that comes from files safe to print: one line, no control characters, bounded length.
public final class Printable {
    private static final int LIMIT = 200;

    private Printable() {}

    /// The text with control characters, line breaks, bidirectional overrides and unpaired surrogates as `\\uXXXX`,
    /// cut in the middle when longer than 200 characters.
    public static String text(String raw) {
        String cut = raw;
        if (raw.length() > LIMIT) {
            cut = raw.substring(0, LIMIT / 2) + "..." + raw.substring(raw.length() - LIMIT / 2);
        }
        StringBuilder safe = new StringBuilder(cut.length());
        for (int i = 0; i < cut.length(); ) {
            int point = cut.codePointAt(i);
            if (isUnsafe(point)) {
                for (char unit : Character.toChars(point)) {
                    safe.append("\\u").append(hex4(unit));
                }
            } else {
                safe.appendCodePoint(point);
            }
            i += Character.charCount(point);
        }
        return safe.toString();
    }

    private static boolean isUnsafe(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> true;
            default -> false;
        };
    }

    private static String hex4(char unit) {
        String hex = Integer.toHexString(unit);
        return "0".repeat(4 - hex.length()) + hex;
    }
}
