package org.modelmerge.engine;

import java.util.List;
import java.util.regex.Pattern;

/// Which float tensors are merged: patterns searched anywhere in the name, case-sensitive; exclude wins.
///
/// @param include empty for all
/// @param exclude empty for none
public record Scope(List<Pattern> include, List<Pattern> exclude) {
    /// All float tensors of the base.
    public static final Scope ALL = new Scope(List.of(), List.of());

    public Scope {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
    }

    /// Whether a tensor of this name is merged, if it is a float tensor.
    public boolean contains(String name) {
        return (include.isEmpty()
                        || include.stream().anyMatch(p -> p.matcher(name).find()))
                && exclude.stream().noneMatch(p -> p.matcher(name).find());
    }
}
