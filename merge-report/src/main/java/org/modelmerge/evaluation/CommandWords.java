package org.modelmerge.evaluation;

import java.util.ArrayList;
import java.util.List;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// Splits a command line into words by the part of a shell's rules that [ScoreCommand] documents.
final class CommandWords {
    private static final char NONE = 0;

    private final List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean inWord;

    private CommandWords() {}

    static List<String> split(String text) throws MergeException {
        return new CommandWords().words(text);
    }

    private List<String> words(String text) throws MergeException {
        char quote = NONE;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && quote != '\'' && i + 1 < text.length() && isEscapable(text.charAt(i + 1))) {
                i++;
                add(text.charAt(i));
            } else if (quote != NONE) {
                if (c == quote) {
                    quote = NONE;
                } else {
                    add(c);
                }
            } else if (c == '\'' || c == '"') {
                quote = c;
                inWord = true;
            } else if (c == ' ' || c == '\t' || c == '\n') {
                endWord();
            } else {
                add(c);
            }
        }
        if (quote != NONE) {
            throw MergeException.of(
                    ErrorCode.USAGE,
                    "score command with an open quote " + quote + " (got " + Printable.text(text) + ")");
        }
        endWord();
        return words;
    }

    /// Other backslashes stay: paths of Windows are full of them.
    private static boolean isEscapable(char c) {
        return c == '\\' || c == '\'' || c == '"' || c == ' ';
    }

    private void add(char c) {
        word.append(c);
        inWord = true;
    }

    private void endWord() {
        if (inWord) {
            words.add(word.toString());
        }
        word.setLength(0);
        inWord = false;
    }
}
