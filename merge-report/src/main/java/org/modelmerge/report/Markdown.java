package org.modelmerge.report;

import org.modelmerge.error.Printable;

/// Text from files inside Markdown.
final class Markdown {
    private static final String SPECIAL = "\\`*_{}[]<>()#!|~&:@$";

    private Markdown() {}

    /// One line of plain text: nothing in it can become markup, a link or a table cell.
    static String text(String raw) {
        String line = Printable.text(raw);
        StringBuilder escaped = new StringBuilder(line.length() + 8);
        line.codePoints().forEach(point -> {
            if (SPECIAL.indexOf(point) >= 0) {
                escaped.append('\\');
            }
            escaped.appendCodePoint(point);
        });
        return escaped.toString();
    }

    /// A fenced block, with a fence longer than any run of backticks inside.
    static String fenced(String language, String content) {
        int longest = 0;
        int run = 0;
        for (int i = 0; i < content.length(); i++) {
            run = content.charAt(i) == '`' ? run + 1 : 0;
            longest = Math.max(longest, run);
        }
        String fence = "`".repeat(Math.max(3, longest + 1));
        return fence + language + "\n" + content.stripTrailing() + "\n" + fence + "\n";
    }
}
