package org.modelmerge.testing;

/// The operations of a storage, its sources and its sinks.
public enum StorageCall {
    KIND(false),
    REAL_PATH(false),
    IS_SAME(false),
    LIST(false),
    OPEN(false),
    CREATE(true),
    CREATE_FOLDER(true),
    TRY_LOCK(true),
    LINK(true),
    MOVE(true),
    MOVE_FOLDER(true),
    EXCHANGE(true),
    DELETE(true),
    FORCE_FOLDER(true),
    SOURCE_READ(false),
    SOURCE_CHECK(false),
    SINK_WRITE(true),
    SINK_READ(false),
    SINK_FORCE(true);

    private final boolean changesFiles;

    StorageCall(boolean changesFiles) {
        this.changesFiles = changesFiles;
    }

    /// False for calls that only look.
    public boolean changesFiles() {
        return changesFiles;
    }
}
