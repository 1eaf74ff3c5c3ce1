package org.modelmerge.checkpoint;

import java.nio.ByteBuffer;
import org.modelmerge.error.MergeException;

/// Random-access writing of one new output file; safe for use by several threads at once.
public interface ShardSink extends AutoCloseable {
    /// Writes the whole buffer, from its position to its limit, at `offset`.
    ///
    /// @throws MergeException `NO_SPACE` or `IO`
    void write(ByteBuffer source, long offset) throws MergeException;

    /// Fills the buffer with bytes written before, from `offset` on.
    ///
    /// @throws MergeException `IO`
    void read(ByteBuffer target, long offset) throws MergeException;

    /// Brings what was written so far towards the device, so that [#force(long)] finds less to do; may do nothing.
    ///
    /// @throws MergeException `NO_SPACE` or `IO`; forcing fails from then on
    default void flush() throws MergeException {}

    /// Checks the size and forces the bytes to the device. A failed force is never retried.
    ///
    /// @param size the size the file must have
    /// @throws MergeException `NO_SPACE` or `IO`
    void force(long size) throws MergeException;

    /// Closes without forcing; idempotent.
    @Override
    void close();
}
