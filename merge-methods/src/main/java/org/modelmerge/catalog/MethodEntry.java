package org.modelmerge.catalog;

import java.util.List;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.MergeMethod;

/// One line of the catalogue: a method, how it is described, and how it is built from option values.
///
/// @param name on the command line, for example `task-arithmetic`
/// @param title for people, for example `Task Arithmetic`
/// @param summary one sentence
/// @param equation one or more lines, as the paper writes it
/// @param useWhen when to prefer it
/// @param citation the paper and the code
/// @param parameters its options, in help order
/// @param factory builds the method
public record MethodEntry(
        String name,
        String title,
        String summary,
        String equation,
        String useWhen,
        Citation citation,
        List<Parameter> parameters,
        Factory factory) {

    /// One option.
    ///
    /// @param name without dashes, for example `merge-function`
    /// @param values the values it takes, for example `mean|sum|max`
    /// @param defaultValue the official default, empty if there is none
    /// @param meaning one sentence with range, unit and source
    public record Parameter(String name, String values, String defaultValue, String meaning) {
        /// Whether the value is a file's path.
        public boolean isFile() {
            return values.equals("FILE");
        }
    }

    /// Builds a method from option values.
    @FunctionalInterface
    interface Factory {
        MergeMethod create(ParameterValues values) throws MergeException;
    }
}
