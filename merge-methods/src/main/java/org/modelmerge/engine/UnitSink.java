package org.modelmerge.engine;

import java.nio.ByteBuffer;
import java.util.List;
import org.modelmerge.checkpoint.ShardSink;
import org.modelmerge.error.MergeException;

/// Takes the bytes of the output files, from several threads.
interface UnitSink {
    /// Keeps nothing.
    UnitSink DISCARD = new UnitSink() {
        @Override
        public void write(int file, ByteBuffer bytes, long offset) {}

        @Override
        public void completed(int unit) {}
    };

    /// Writes to open files, one per output file.
    static UnitSink to(List<ShardSink> sinks) {
        return new UnitSink() {
            @Override
            public void write(int file, ByteBuffer bytes, long offset) throws MergeException {
                sinks.get(file).write(bytes, offset);
            }

            @Override
            public void completed(int unit) {}
        };
    }

    /// Writes the buffer, wholly.
    ///
    /// @param file index of the output file
    void write(int file, ByteBuffer bytes, long offset) throws MergeException;

    /// All bytes of a unit have been written.
    void completed(int unit) throws MergeException;
}
