package org.modelmerge.onnx;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What an import wrote.
///
/// @param sources the ONNX file, and the files beside it that hold values
/// @param sha256 file name in the output to its hash, by name, unmodifiable
/// @param bytesRead bytes of values that were read, without hashing
/// @param bytesWritten bytes of all files
public record ImportOutcome(List<Source> sources, Map<String, String> sha256, long bytesRead, long bytesWritten) {
    /// Copies both.
    public ImportOutcome {
        sources = List.copyOf(sources);
        sha256 = Collections.unmodifiableMap(new TreeMap<>(sha256));
    }

    /// A file that was read.
    ///
    /// @param name its name, without its folder; of a file beside the ONNX file its location as the file says
    /// @param sizeBytes its size
    /// @param sha256 its hash
    public record Source(String name, long sizeBytes, String sha256) {}
}
