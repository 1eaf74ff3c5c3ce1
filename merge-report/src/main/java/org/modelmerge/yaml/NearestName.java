package org.modelmerge.yaml;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// Finds what somebody meant: the name at the smallest Damerau-Levenshtein distance (insertions, deletions,
/// substitutions and swaps of neighbours).
public final class NearestName {
    /// Longer words are no typing errors, and their distance takes quadratic time.
    private static final int LENGTH_LIMIT = 64;

    private NearestName() {}

    /// The nearest name, the first of several; null if none is within a third of the word's length, at least 2.
    public static @Nullable String of(String word, Collection<String> names) {
        if (word.length() > LENGTH_LIMIT) {
            return null;
        }
        String nearest = null;
        int best = Math.max(2, word.length() / 3) + 1;
        for (String name : names) {
            int distance = distance(word, name);
            if (distance < best) {
                best = distance;
                nearest = name;
            }
        }
        return nearest;
    }

    /// The restricted distance: no part is edited twice.
    static int distance(String from, String to) {
        int[][] d = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            d[i][0] = i;
        }
        for (int j = 0; j <= to.length(); j++) {
            d[0][j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            for (int j = 1; j <= to.length(); j++) {
                int cost = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + cost);
                if (i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[from.length()][to.length()];
    }
}
