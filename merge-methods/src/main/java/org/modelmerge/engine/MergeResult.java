package org.modelmerge.engine;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a finished merge wrote.
///
/// @param sha256 file name to lower-case hex of the whole file, in name order
/// @param inputSha256 per input (base first) file name to hex of the whole file; empty maps unless everything is hashed
/// @param bytesRead bytes read from the inputs, over all passes
/// @param bytesWritten bytes of the output files
/// @param statistics the weight statistics, null when they were left out
/// @param warnings one line each, in a fixed order
public record MergeResult(
        Map<String, String> sha256,
        List<Map<String, String>> inputSha256,
        long bytesRead,
        long bytesWritten,
        @Nullable WeightStatistics statistics,
        List<String> warnings) {}
