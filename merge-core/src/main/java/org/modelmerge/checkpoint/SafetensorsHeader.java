package org.modelmerge.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the start of a safetensors file says about the rest.
///
/// The tensors cover the data section exactly: no gaps, no overlaps, nothing left over. Lists and maps are copied and
/// cannot be changed.
///
/// @param tensors by ascending begin, then end, then name (code points)
/// @param metadata the strings under `__metadata__`, in the order of the file; empty if there are none
/// @param dataStart where the data section starts in the file
/// @param fileSize bytes of the whole file
/// @param sha256 hash of the first `dataStart` bytes, in lower-case hexadecimal digits
public record SafetensorsHeader(
        List<TensorInfo> tensors, Map<String, String> metadata, long dataStart, long fileSize, String sha256) {
    public SafetensorsHeader {
        tensors = List.copyOf(tensors);
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }
}
