package org.modelmerge.method;

import java.math.BigDecimal;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// The share of elements that is kept, in (0, 1]. One type ends the mix-up of percent, fraction and mask rate.
///
/// @param fraction the share as the double that the official code computes with
public record Density(double fraction) {
    public Density {
        if (!(fraction > 0 && fraction <= 1)) {
            throw new IllegalArgumentException("density " + fraction + " is not in (0, 1]");
        }
    }

    /// For example `fraction(0.2)`.
    public static Density fraction(double fraction) {
        return new Density(fraction);
    }

    /// For example `percent(20)`.
    public static Density percent(double percent) {
        // In decimals: 98.44 / 100 is not the double next to 0.9844.
        return new Density(BigDecimal.valueOf(percent).movePointLeft(2).doubleValue());
    }

    /// What is left when a share is masked: `1 - maskRate`, in double as the official code computes it.
    public static Density ofMaskRate(double maskRate) {
        return new Density(1 - maskRate);
    }

    /// Reads `20%` or `0.2`; both mean the same.
    ///
    /// @throws MergeException `USAGE` if it is no number or not in (0, 1]
    public static Density parse(String text) throws MergeException {
        boolean percent = text.endsWith("%");
        String digits = percent ? text.substring(0, text.length() - 1) : text;
        try {
            double number = new BigDecimal(digits.length() > 40 ? "x" : digits.strip()).doubleValue();
            return percent ? percent(number) : fraction(number);
        } catch (IllegalArgumentException _) {
            throw MergeException.of(
                    ErrorCode.USAGE,
                    "bad density (got " + Printable.text(text)
                            + ", expected a share above 0 and up to 1, as 20% or 0.2)");
        }
    }

    /// Whether nothing is trimmed.
    public boolean keepsAll() {
        return fraction == 1;
    }

    /// The 0-based rank of the smallest kept magnitude among `size` values in TIES: `size - int(size * fraction) - 1`;
    /// -1 when everything is kept.
    public long thresholdRank(long size) {
        return size - (long) (size * fraction) - 1;
    }
}
