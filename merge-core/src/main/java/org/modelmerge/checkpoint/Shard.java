package org.modelmerge.checkpoint;

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
