package org.modelmerge.catalog;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.method.Coefficients;
import org.modelmerge.method.Density;

/// Option values on their way to a method: text as on the command line or in a recipe, or typed as in a plan.
final class ParameterValues {
    private final String method;
    private final Map<String, Object> values;

    /// @throws MergeException `USAGE` for a value whose option the method lacks
    ParameterValues(MethodEntry entry, Map<String, Object> values) throws MergeException {
        this.method = entry.name();
        this.values = values;
        List<String> known =
                entry.parameters().stream().map(MethodEntry.Parameter::name).toList();
        for (String name : new TreeSet<>(values.keySet())) {
            if (!known.contains(name)) {
                throw MergeException.of(ErrorCode.USAGE, method + " has no option --" + Printable.text(name))
                        .withHint(
                                known.isEmpty()
                                        ? method + " has no options"
                                        : "its options are --" + String.join(", --", known));
            }
        }
    }

    boolean has(String name) {
        return values.get(name) != null;
    }

    @Nullable
    Object raw(String name) {
        return values.get(name);
    }

    /// A value as text; lists join with commas.
    String text(String name, String defaultValue) {
        return switch (values.get(name)) {
            case null -> defaultValue;
            case List<?> list ->
                String.join(",", list.stream().map(String::valueOf).toList());
            case Object value -> value.toString();
        };
    }

    Density density(String name, String defaultValue) throws MergeException {
        return Density.parse(text(name, defaultValue));
    }

    Coefficients coefficients(String name, String defaultValue) throws MergeException {
        return Coefficients.parse(text(name, defaultValue));
    }

    float number(String name, String defaultValue) throws MergeException {
        return Coefficients.number(text(name, defaultValue), name);
    }

    /// A finite number, in double.
    double real(String name, double defaultValue) throws MergeException {
        String text = text(name, Double.toString(defaultValue));
        try {
            double value = Double.parseDouble(text);
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException _) {
            // Told below, as what is not finite.
        }
        throw bad(name, text, "a finite number");
    }

    /// A whole number in a range.
    int count(String name, int defaultValue, int least, int most) throws MergeException {
        String text = text(name, Integer.toString(defaultValue));
        try {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException _) {
            // Told below, as what is out of range.
        }
        throw bad(name, text, "a whole number from " + least + " to " + most);
    }

    List<Float> numbers(String name) throws MergeException {
        List<Float> numbers = new ArrayList<>();
        for (String part : has(name) ? text(name, "").split(",", -1) : new String[0]) {
            numbers.add(Coefficients.number(part, name));
        }
        return numbers;
    }

    /// A path; the option must have a value.
    Path path(String name) throws MergeException {
        String text = text(name, "");
        try {
            return Path.of(text);
        } catch (InvalidPathException _) {
            throw bad(name, text, "a path that this system can name");
        }
    }

    boolean flag(String name) throws MergeException {
        return switch (text(name, "false")) {
            case "true" -> true;
            case "false" -> false;
            case String other -> throw bad(name, other, "true or false");
        };
    }

    /// A word of an enum, in lower case with `-` or `_`.
    <E extends Enum<E>> E word(String name, Class<E> type, String defaultValue) throws MergeException {
        String text = text(name, defaultValue).replace('_', '-');
        List<String> words = new ArrayList<>();
        for (E constant : type.getEnumConstants()) {
            String word = constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
            if (word.equals(text)) {
                return constant;
            }
            words.add(word);
        }
        throw bad(name, text, String.join(", ", words));
    }

    private MergeException bad(String name, String got, String expected) {
        return MergeException.of(
                ErrorCode.USAGE, "bad --" + name + " (got " + Printable.text(got) + ", expected " + expected + ")");
    }
}
