package org.modelmerge.engine;

import java.nio.ByteBuffer;
import java.util.List;
import org.modelmerge.checkpoint.ShardSink;
import org.modelmerge.engine.MergePlan.OutputFile;
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
    ///
    /// @param files what the sinks write, for messages
    static UnitSink to(List<ShardSink> sinks, List<OutputFile> files) {
        return new UnitSink() {
            @Override
            public void write(int file, ByteBuffer bytes, long offset) throws MergeException {
                try {
                    sinks.get(file).write(bytes, offset);
                } catch (MergeException e) {
                    throw e.inFile(files.get(file).name());
                }
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
