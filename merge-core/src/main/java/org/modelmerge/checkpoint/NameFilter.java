package org.modelmerge.checkpoint;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// A choice of tensors by name: patterns searched anywhere in it, case-sensitive; exclude wins.
///
/// @param include empty for all
/// @param exclude empty for none
public record NameFilter(List<Pattern> include, List<Pattern> exclude) {
    /// Everything.
    public static final NameFilter ALL = new NameFilter(List.of(), List.of());

    public NameFilter {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
    }

    /// Whether a tensor is chosen.
    ///
    /// @param names all names that it goes by; a match in one of them counts
    public boolean contains(String... names) {
        return (include.isEmpty() || matches(include, names)) && !matches(exclude, names);
    }

    private static boolean matches(List<Pattern> patterns, String... names) {
        for (Pattern pattern : patterns) {
            for (String name : names) {
                if (pattern.matcher(name).find()) {
                    return true;
                }
            }
        }
        return false;
    }

    /// Refuses patterns that match no tensor: they are typing mistakes.
    ///
    /// @param names all names that a pattern may match
    /// @throws MergeException `USAGE`
    public void requireMatches(Set<String> names) throws MergeException {
        require("--include", include, names);
        require("--exclude", exclude, names);
    }

    private static void require(String option, List<Pattern> patterns, Set<String> names) throws MergeException {
        for (Pattern pattern : patterns) {
            if (names.stream().noneMatch(name -> pattern.matcher(name).find())) {
                throw MergeException.of(
                        ErrorCode.USAGE,
                        option + " matches no tensor (got " + Printable.text(pattern.pattern())
                                + ", expected a match among " + names.size() + " names)");
            }
        }
    }
}
