package org.modelmerge.lora;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// Values for modules by pattern: `rank_pattern` and `alpha_pattern`.
///
/// A key is a regular expression that must match the end of a module's name, from its start or after a dot; the first
/// key that matches counts, as in peft's `get_pattern_key` (0.21.2).
final class ModulePatterns {
    private static final int LONGEST_NAME = 1000;
    /// Characters that one match may look at: a name's length squared, which no sensible pattern reaches.
    private static final int MAX_STEPS = 1_000_000;

    private final String setting;
    private final List<Entry> entries;

    private record Entry(Pattern pattern, double value) {}

    private ModulePatterns(String setting, List<Entry> entries) {
        this.setting = setting;
        this.entries = List.copyOf(entries);
    }

    /// The patterns of one setting.
    ///
    /// @throws MergeException `MALFORMED` for a key that is no regular expression
    static ModulePatterns of(String setting, Map<String, Double> values) throws MergeException {
        List<Entry> entries = new ArrayList<>();
        for (Map.Entry<String, Double> entry : values.entrySet()) {
            try {
                // UNIX_LINES: as in Python, only a line feed ends a line.
                Pattern pattern = Pattern.compile("(.*\\.)?(" + entry.getKey() + ")$", Pattern.UNIX_LINES);
                entries.add(new Entry(pattern, entry.getValue()));
            } catch (PatternSyntaxException e) {
                throw MergeException.of(
                        ErrorCode.MALFORMED,
                        setting + " has a key that is no regular expression (got " + Printable.text(entry.getKey())
                                + ")",
                        e);
            }
        }
        return new ModulePatterns(setting, entries);
    }

    /// The value for a module, null where no pattern matches.
    ///
    /// @throws MergeException `MALFORMED` for a pattern or a name that would take too long
    @Nullable
    Double find(String module) throws MergeException {
        if (!entries.isEmpty() && module.length() > LONGEST_NAME) {
            throw MergeException.of(
                    ErrorCode.MALFORMED,
                    "a module's name is too long for " + setting + " (got " + module.length()
                            + " characters, expected at most " + LONGEST_NAME + ")");
        }
        for (Entry entry : entries) {
            try {
                if (entry.pattern().matcher(new CountedText(module, new int[1])).lookingAt()) {
                    return entry.value();
                }
            } catch (TooManySteps e) {
                throw MergeException.of(
                        ErrorCode.MALFORMED,
                        setting + " has a key that takes more than " + MAX_STEPS + " steps to match (got "
                                + Printable.text(entry.pattern().pattern()) + ")",
                        e);
            }
        }
        return null;
    }

    /// Stops a pattern that backtracks without end.
    private record CountedText(String text, int[] steps) implements CharSequence {
        @Override
        public char charAt(int index) {
            if (++steps[0] > MAX_STEPS) {
                throw new TooManySteps();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new CountedText(text.substring(start, end), steps);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static final class TooManySteps extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
