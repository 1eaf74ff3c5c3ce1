package org.modelmerge.onnx;

import java.nio.file.Path;
import org.modelmerge.checkpoint.NameFilter;
import org.modelmerge.checkpoint.Storage;

/// What is to be imported, and where to.
///
/// @param storage where both files are
/// @param file the ONNX file
/// @param output ends in `.safetensors`: one file; else a folder
/// @param force whether an existing output is replaced
/// @param filter which tensors
/// @param maxShardBytes limit of a shard's tensors together, for a folder
/// @param version of modelmerge, for the output's header
public record ImportRequest(
        Storage storage, Path file, Path output, boolean force, NameFilter filter, long maxShardBytes, String version) {
    /// Whether the output is one file.
    boolean isFile() {
        return output.toString().endsWith(".safetensors");
    }
}
