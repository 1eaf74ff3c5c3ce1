package org.modelmerge.checkpoint;

import java.nio.ByteBuffer;
import org.modelmerge.error.MergeException;

/// Random access to the bytes of one input; safe for use by several threads at once.
///
/// A local file is the first kind; an object store would be another. Implementations never map the file: a mapped file
/// that shrinks takes the JVM down.
public interface RangeSource extends AutoCloseable {
    /// The size in bytes when the source was opened.
    long size();

    /// Fills the buffer from `offset` on: from its position to its limit, wholly.
    ///
    /// @throws MergeException `CHANGED` if the source ends early, `IO` if the system refuses
    void read(ByteBuffer target, long offset) throws MergeException;

    /// Checks that the source is what it was when it was opened, as far as the store can tell (size, time of change).
    ///
    /// @throws MergeException `CHANGED` if it is not
    void checkUnchanged() throws MergeException;

    @Override
    void close();
}
