package org.modelmerge.search;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// All points of a grid; the last axis runs fastest.
///
/// @param axes option name to its values in decimal, in the order in which they are tried
public record GridSearch(Map<String, List<BigDecimal>> axes) implements SearchStrategy {
    private static final int MOST_POINTS = 100_000;
    private static final String FORM = "OPTION=FIRST:LAST:STEP or OPTION=A,B,...";

    /// Copies the axes.
    public GridSearch {
        axes = new LinkedHashMap<>(axes);
        axes.replaceAll((_, values) -> List.copyOf(values));
        if (axes.isEmpty() || axes.values().stream().anyMatch(List::isEmpty)) {
            throw new IllegalArgumentException("an empty grid");
        }
    }

    /// Reads axes such as `lambda=0.1:1.0:0.1`, ends included, or `density=5%,10%,20%`. Steps are added in decimal, so
    /// 0.3 is 0.3. Whatever the order of the texts, `lambda` runs fastest: that is the cheap direction.
    ///
    /// @throws MergeException `USAGE`
    public static GridSearch parse(List<String> texts) throws MergeException {
        Map<String, List<BigDecimal>> axes = new LinkedHashMap<>();
        for (String text : texts) {
            int equals = text.indexOf('=');
            String option = equals < 1 ? "" : text.substring(0, equals).strip();
            if (option.isEmpty()) {
                throw bad(text, FORM);
            }
            if (axes.put(option, values(text, text.substring(equals + 1))) != null) {
                throw bad(text, "one axis per option");
            }
        }
        List<BigDecimal> lambdas = axes.remove("lambda");
        if (lambdas != null) {
            axes.put("lambda", lambdas);
        }
        long points = 1;
        for (List<BigDecimal> values : axes.values()) {
            points = Math.min(points * values.size(), Integer.MAX_VALUE);
        }
        if (points > MOST_POINTS) {
            throw MergeException.of(
                    ErrorCode.USAGE,
                    "--grid: too many points (got " + points + ", expected at most " + MOST_POINTS + ")");
        }
        return new GridSearch(axes);
    }

    private static List<BigDecimal> values(String text, String values) throws MergeException {
        List<BigDecimal> list = new ArrayList<>();
        String[] range = values.split(":", -1);
        if (range.length == 1) {
            for (String value : values.split(",", -1)) {
                list.add(number(text, value));
            }
            return list;
        }
        if (range.length != 3) {
            throw bad(text, FORM);
        }
        BigDecimal first = number(text, range[0]);
        BigDecimal last = number(text, range[1]);
        BigDecimal step = number(text, range[2]);
        if (step.signum() <= 0 || last.compareTo(first) < 0) {
            throw bad(text, "FIRST up to LAST in steps above 0");
        }
        if (last.subtract(first).doubleValue() / step.doubleValue() > MOST_POINTS) {
            throw bad(text, "at most " + MOST_POINTS + " values");
        }
        for (BigDecimal value = first; value.compareTo(last) <= 0; value = value.add(step)) {
            list.add(value);
        }
        return list;
    }

    private static BigDecimal number(String text, String number) throws MergeException {
        String digits = number.strip();
        boolean isPercent = digits.endsWith("%");
        String plain = isPercent ? digits.substring(0, digits.length() - 1) : digits;
        if (!plain.matches("[-+]?[0-9]{0,15}(\\.[0-9]{0,15})?") || plain.chars().noneMatch(Character::isDigit)) {
            throw bad(text, "decimal numbers");
        }
        BigDecimal value = new BigDecimal(plain);
        return isPercent ? value.movePointLeft(2) : value;
    }

    private static MergeException bad(String text, String expected) {
        return MergeException.of(ErrorCode.USAGE, "--grid: got " + Printable.text(text) + ", expected " + expected);
    }

    @Override
    public int budget() {
        int points = 1;
        for (List<BigDecimal> values : axes.values()) {
            points *= values.size();
        }
        return points;
    }

    @Override
    public Map<String, Object> description() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("strategy", "grid");
        axes.forEach((option, values) ->
                members.put(option, values.stream().map(BigDecimal::doubleValue).toList()));
        return members;
    }

    @Override
    public void search(Objective objective) throws MergeException {
        List<String> options = List.copyOf(axes.keySet());
        for (int point = 0; point < budget(); point++) {
            LinkedHashMap<String, Object> values = new LinkedHashMap<>();
            int rest = point;
            for (String option : options.reversed()) {
                List<BigDecimal> axis = axes.getOrDefault(option, List.of());
                values.putFirst(option, axis.get(rest % axis.size()).doubleValue());
                rest /= axis.size();
            }
            objective.score(values);
        }
    }
}
