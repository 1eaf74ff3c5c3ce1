package org.modelmerge.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serial;
import java.nio.ByteBuffer;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.error.MergeException;

/// A source from its first byte to its last, as the JDK's unpacker wants it.
final class SourceStream extends InputStream {
    private final RangeSource source;
    private long offset;

    SourceStream(RangeSource source) {
        this.source = source;
    }

    /// Our exception on its way through code that knows only [IOException].
    static final class Refused extends IOException {
        @Serial
        private static final long serialVersionUID = 1L;

        private final MergeException reason;

        Refused(MergeException reason) {
            super(reason);
            this.reason = reason;
        }

        MergeException reason() {
            return reason;
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] target, int from, int count) throws IOException {
        long left = source.size() - offset;
        if (left == 0) {
            return -1;
        }
        int length = (int) Math.min(count, left);
        try {
            source.read(ByteBuffer.wrap(target, from, length), offset);
        } catch (MergeException e) {
            throw new Refused(e);
        }
        offset += length;
        return length;
    }

    @Override
    public int available() {
        // GZIPInputStream asks this to know whether another member follows.
        return (int) Math.min(Integer.MAX_VALUE, source.size() - offset);
    }
}
