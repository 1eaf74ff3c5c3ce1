package org.modelmerge.report;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.modelmerge.engine.MergeRequest;

/// A merge, and where its results go.
///
/// @param merge what to merge and how
/// @param output ends in `.safetensors`: one file; else a folder
/// @param force whether existing outputs are replaced
/// @param report whether to write the report
/// @param reportPrefix PREFIX of PREFIX.html and PREFIX.json; null for `STEM.report` beside a file,
///     `merge-report` inside a folder
/// @param recipe where to write the recipe; null for none besides the one inside a folder
/// @param coefficients where to write the method's table of coefficients as JSON; null for nowhere besides the one
///     inside a folder
public record MergeOrder(
        MergeRequest merge,
        Path output,
        boolean force,
        boolean report,
        @Nullable Path reportPrefix,
        @Nullable Path recipe,
        @Nullable Path coefficients) {
    static final String FOLDER_REPORT = "merge-report";

    private static final String SUFFIX = ".safetensors";

    /// A merge with a report in its usual place, which replaces nothing that exists.
    public static MergeOrder of(MergeRequest merge, Path output) {
        MergeRequest named = isFile(output) ? merge.withSingleFile(String.valueOf(output.getFileName())) : merge;
        return new MergeOrder(named, output, false, true, null, null, null);
    }

    /// Whether the output is one file.
    public boolean isFile() {
        return isFile(output);
    }

    /// Whether an output of this name is one file.
    public static boolean isFile(Path output) {
        return output.toString().endsWith(SUFFIX);
    }

    /// Where the report ends up: its path without `.html` and `.json`, null for none.
    @Nullable
    Path reportAt() {
        Path beside = reportBeside();
        return beside != null || !report ? beside : output.resolve(FOLDER_REPORT);
    }

    /// Where the report goes, if not inside the output: its path without `.html` and `.json`, null for none and
    /// for one inside the folder.
    @Nullable
    Path reportBeside() {
        if (!report) {
            return null;
        }
        if (reportPrefix != null) {
            return reportPrefix;
        }
        return isFile() ? besideFile(output) : null;
    }

    /// The report's usual place beside an output that is one file.
    static Path besideFile(Path file) {
        String name = String.valueOf(file.getFileName());
        String stem = name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
        return file.resolveSibling(stem + ".report");
    }
}
