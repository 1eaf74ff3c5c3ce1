package org.modelmerge.report;

import org.modelmerge.error.Printable;

/// Builds HTML; every text and attribute value is escaped, so nothing that comes from a file can become markup.
final class Html {
    private final StringBuilder out = new StringBuilder();

    /// An opening tag.
    ///
    /// @param attributes names and values in turn
    Html open(String tag, String... attributes) {
        out.append('<').append(tag);
        for (int i = 0; i < attributes.length; i += 2) {
            out.append(' ').append(attributes[i]).append("=\"");
            out.append(escape(attributes[i + 1])).append('"');
        }
        out.append('>');
        return this;
    }

    /// A closing tag.
    Html close(String tag) {
        out.append("</").append(tag).append('>');
        return this;
    }

    /// Text of ours.
    Html text(String text) {
        out.append(escape(text));
        return this;
    }

    /// An element that holds only text.
    Html element(String tag, String text, String... attributes) {
        return open(tag, attributes).text(text).close(tag);
    }

    /// A name from a file: isolated from the direction of the text around it, control characters made visible, cut in
    /// the middle beyond 200 characters.
    Html name(String name) {
        return element("bdi", Printable.text(name));
    }

    /// A line break in the source, for people who read it.
    Html line() {
        out.append('\n');
        return this;
    }

    /// Markup of ours that needs no escaping.
    Html raw(String markup) {
        out.append(markup);
        return this;
    }

    /// The text with the characters that have a meaning in HTML as references.
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
