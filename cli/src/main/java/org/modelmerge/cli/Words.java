package org.modelmerge.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.method.Density;
import org.modelmerge.yaml.NearestName;

/// Option values: text to numbers, sizes, choices, patterns and paths. Whatever is wrong is a `USAGE` fault that names
/// the option, the value and what was expected.
final class Words {
    private static final Map<String, Long> UNITS = Map.of(
            "", 1L,
            "b", 1L,
            "kb", 1_000L,
            "mb", 1_000_000L,
            "gb", 1_000_000_000L,
            "tb", 1_000_000_000_000L,
            "kib", 1L << 10,
            "mib", 1L << 20,
            "gib", 1L << 30,
            "tib", 1L << 40);

    private static final Pattern DECIMAL = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?");

    private Words() {}

    /// A usage fault of one option.
    static MergeException usage(String option, String problem) {
        return MergeException.of(ErrorCode.USAGE, option + ": " + problem);
    }

    /// A whole number from `least` to `most`.
    static int count(String option, String text, int least, int most) throws MergeException {
        if (text.length() <= 10 && !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return (int) value;
            }
        }
        throw usage(option, "got " + Printable.text(text) + ", expected a whole number from " + least + " to " + most);
    }

    /// A decimal number from `least` to `most`.
    static double number(String option, String text, double least, double most) throws MergeException {
        if (DECIMAL.matcher(text).matches()) {
            double value = Double.parseDouble(text);
            if (value >= least && value <= most) {
                return value;
            }
        }
        String range = most == Double.MAX_VALUE ? "" : " from " + shortest(least) + " to " + shortest(most);
        throw usage(option, "got " + Printable.text(text) + ", expected a number" + range);
    }

    private static String shortest(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    /// A seed: any integer of 64 bits.
    static long seed(String text) throws MergeException {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException _) {
            throw usage("--seed", "got " + Printable.text(text) + ", expected a whole number");
        }
    }

    /// A size in bytes, 1 or more: `1024`, `500MB`, `1.5GB`, `2GiB`.
    static long size(String option, String text) throws MergeException {
        int end = text.length();
        while (end > 0 && Character.isLetter(text.charAt(end - 1))) {
            end--;
        }
        Long unit = UNITS.get(text.substring(end).toLowerCase(Locale.ROOT));
        long bytes = unit == null ? -1 : times(text.substring(0, end).strip(), unit);
        if (bytes < 1) {
            throw usage(option, "got " + Printable.text(text) + ", expected a size such as 500MB, 5GB or 2GiB");
        }
        return bytes;
    }

    /// Digits, perhaps with a decimal point, times the unit, rounded down; -1 where that is no size in a long.
    private static long times(String number, long unit) {
        int point = number.indexOf('.');
        String whole = point < 0 ? number : number.substring(0, point);
        String fraction = point < 0 ? "" : number.substring(point + 1);
        boolean digits = (whole + fraction).chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits
                || whole.isEmpty()
                || whole.length() > 19
                || fraction.length() > 18
                || point == number.length() - 1) {
            return -1;
        }
        try {
            java.math.BigDecimal bytes = new java.math.BigDecimal(number).multiply(java.math.BigDecimal.valueOf(unit));
            return bytes.setScale(0, java.math.RoundingMode.DOWN).longValueExact();
        } catch (ArithmeticException _) {
            return -1;
        }
    }

    /// One of some lower-case words; `_` counts as `-`, upper case as lower case.
    static String choice(String option, String text, List<String> choices) throws MergeException {
        String word = text.toLowerCase(Locale.ROOT).replace('_', '-');
        if (choices.contains(word)) {
            return word;
        }
        MergeException fault =
                usage(option, "got " + Printable.text(text) + ", expected one of " + String.join(", ", choices));
        String nearest = NearestName.of(word, choices);
        return fail(nearest == null ? fault : fault.withHint("did you mean " + nearest + "?"));
    }

    private static String fail(MergeException fault) throws MergeException {
        throw fault;
    }

    /// A share above 0 and up to 1, as `5%` or `0.05`.
    static double share(String option, String text) throws MergeException {
        try {
            return Density.parse(text).fraction();
        } catch (MergeException _) {
            throw usage(
                    option,
                    "got " + Printable.text(text) + ", expected a share above 0% and up to 100%, as 5% or 0.05");
        }
    }

    /// A regular expression.
    static Pattern pattern(String option, String text) throws MergeException {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw usage(
                    option,
                    "got " + Printable.text(text) + ", expected a regular expression (" + e.getDescription() + ")");
        }
    }

    /// A path, relative to the working directory.
    ///
    /// @param what the option or operand, for the message
    static Path path(Console console, String what, String text) throws MergeException {
        return path(console.directory(), what, text);
    }

    /// A path, relative to a folder.
    static Path path(Path folder, String what, String text) throws MergeException {
        if (text.isEmpty()) {
            throw usage(what, "got an empty path");
        }
        try {
            return folder.resolve(text);
        } catch (InvalidPathException e) {
            MergeException fault = usage(
                    what, "got " + Printable.text(text) + ", which is no path here: " + Printable.text(e.getReason()));
            throw text.chars().allMatch(c -> c < 0x80)
                    ? fault
                    : fault.withHint("the locale has no such letters; set LC_ALL to a UTF-8 locale, such as C.UTF-8");
        }
    }

    /// A path, or null where there is no text.
    static @Nullable Path pathOrNull(Console console, String what, @Nullable String text) throws MergeException {
        return text == null ? null : path(console, what, text);
    }
}
