package org.modelmerge.task;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// Which data rows of a file count, as a slice of Python: `start:stop:step` over row numbers from 0, the header of a
/// TSV file not counted. Negative numbers do not exist, because files are read as streams.
///
/// @param start the first row
/// @param stop the first row that is too far, [#OPEN] for none
/// @param step from 1 on
/// @param except rows that do not count although the slice names them, or null
public record Rows(
        long start, long stop, long step, @Nullable Rows except) {
    /// No upper end.
    public static final long OPEN = Long.MAX_VALUE;

    /// Every row.
    public static final Rows ALL = new Rows(0, OPEN, 1, null);

    private static final Pattern SLICE = Pattern.compile("([0-9]{0,18}):([0-9]{0,18})(?::([0-9]{0,18}))?");

    /// Refuses negative numbers and a step of 0.
    public Rows {
        if (start < 0 || stop < 0 || step < 1) {
            throw new IllegalArgumentException("rows " + start + ":" + stop + ":" + step);
        }
    }

    /// The slice that `text` writes, for example `9::10`: each tenth row from the tenth.
    ///
    /// @throws MergeException `MALFORMED`
    static Rows parse(String place, String text) throws MergeException {
        Matcher slice = SLICE.matcher(text);
        if (!slice.matches()) {
            throw MergeException.of(
                    ErrorCode.MALFORMED,
                    "wrong value at " + Printable.text(place) + " (got \"" + Printable.text(text)
                            + "\", expected start:stop:step with numbers from 0, for example \"9::10\")");
        }
        long step = number(slice.group(3), 1);
        if (step == 0) {
            throw MergeException.of(
                    ErrorCode.MALFORMED,
                    "wrong value at " + Printable.text(place) + " (got step 0, expected 1 or more)");
        }
        return new Rows(number(slice.group(1), 0), number(slice.group(2), OPEN), step, null);
    }

    private static long number(@Nullable String digits, long absent) {
        return digits == null || digits.isEmpty() ? absent : Long.parseLong(digits);
    }

    /// These rows without others.
    Rows without(Rows others) {
        return new Rows(start, stop, step, others);
    }

    /// Whether a row counts here and there. For slices without exceptions.
    boolean overlaps(Rows other) {
        Rows coarse = step < other.step ? other : this;
        Rows fine = step < other.step ? this : other;
        long end = Math.min(stop, other.stop);
        long behind = Math.max(0, fine.start - coarse.start);
        long row = coarse.start + Math.ceilDiv(behind, coarse.step) * coarse.step;
        // Remainders repeat after as many rows as the finer step is long.
        for (long k = 0; k < fine.step && row >= 0 && row < end; k++, row += coarse.step) {
            if (fine.contains(row) && coarse.contains(row)) {
                return true;
            }
        }
        return false;
    }

    /// Whether the data row with this number counts.
    public boolean contains(long row) {
        return row >= start && row < stop && (row - start) % step == 0 && (except == null || !except.contains(row));
    }
}
