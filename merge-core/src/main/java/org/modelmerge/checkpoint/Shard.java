package org.modelmerge.checkpoint;

import java.util.List;
import java.util.Map;

/// One open safetensors file of a checkpoint.
public final class Shard {
    private final String name;
    private final RangeSource source;
    private final SafetensorsHeader header;

    Shard(String name, RangeSource source, SafetensorsHeader header) {
        this.name = name;
        this.source = source;
        this.header = header;
    }

    /// A file that is read as a whole when it is opened, a configuration for example: all header, no tensors.
    ///
    /// @param content all bytes of `source`
    public static Shard withoutTensors(String name, RangeSource source, byte[] content) {
        SafetensorsHeader header =
                new SafetensorsHeader(List.of(), Map.of(), content.length, content.length, Hashes.of(content));
        return new Shard(name, source, header);
    }

    /// The path as shown to users, as it comes: escape it before printing.
    public String name() {
        return name;
    }

    /// The bytes of the file, open as long as the checkpoint.
    public RangeSource source() {
        return source;
    }

    /// What the file holds.
    public SafetensorsHeader header() {
        return header;
    }

    @Override
    public String toString() {
        return name;
    }
}
