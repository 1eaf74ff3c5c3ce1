package org.modelmerge.onnx;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// Which tensors are imported. A pattern may match anywhere in the name of the output or in that of the ONNX file.
///
/// @param include if not empty, a tensor needs a match of one of these
/// @param exclude a tensor with a match is left out; wins
public record NameFilter(List<Pattern> include, List<Pattern> exclude) {
    /// Everything.
    public static final NameFilter ALL = new NameFilter(List.of(), List.of());

    /// Copies the lists.
    public NameFilter {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
    }

    boolean includes(String name, String onnxName) {
        return (include.isEmpty() || matches(include, name, onnxName)) && !matches(exclude, name, onnxName);
    }

    private static boolean matches(List<Pattern> patterns, String name, String onnxName) {
        return patterns.stream()
                .anyMatch(pattern -> pattern.matcher(name).find()
                        || pattern.matcher(onnxName).find());
    }

    /// Refuses patterns that match no name: they are typing mistakes.
    void requireMatches(Set<String> names) throws MergeException {
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
