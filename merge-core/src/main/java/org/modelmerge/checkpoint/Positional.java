package org.modelmerge.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.modelmerge.error.MergeException;

/// Reads at a position until the buffer is full; a channel may return fewer bytes than asked for.
final class Positional {
    private Positional() {}

    /// Reads until the buffer is full or the file ends.
    ///
    /// @return the position in the file after the last byte read
    static long fill(FileChannel channel, ByteBuffer target, long offset, Path file) throws MergeException {
        long position = offset;
        try {
            while (target.hasRemaining()) {
                int count = channel.read(target, position);
                if (count < 0) {
                    break;
                }
                position += count;
            }
        } catch (IOException e) {
            throw MergeException.ofIo("cannot read", e).inFile(file.toString());
        }
        return position;
    }

    /// Closes. A failure is not reported, because nothing hangs on it: what must be on the device was forced
    /// before, and a file that was not forced is given up.
    static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException _) {
            // as said above
        }
    }
}
