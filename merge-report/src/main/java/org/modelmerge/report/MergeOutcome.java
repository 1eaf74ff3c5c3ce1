package org.modelmerge.report;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A finished merge: its files are complete, on disk and under their final names.
///
/// @param report what was done
/// @param reportPrefix where the report was written, without `.html` and `.json`; null if none was
public record MergeOutcome(MergeReport report, @Nullable Path reportPrefix) {}
