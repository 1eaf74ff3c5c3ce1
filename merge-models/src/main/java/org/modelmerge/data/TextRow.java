package org.modelmerge.data;

import org.jspecify.annotations.Nullable;

/// A row of a text file.
///
/// @param line the line that it stands on, from 1; the header is line 1
/// @param text what a network reads
/// @param label the label as it is written, or null if none was asked for
public record TextRow(long line, String text, @Nullable String label) {}
