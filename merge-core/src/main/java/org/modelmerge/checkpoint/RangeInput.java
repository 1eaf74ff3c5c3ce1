package org.modelmerge.checkpoint;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.JsonReader;

/// A range of a source as the input of a JSON reader; what passes is hashed.
final class RangeInput implements JsonReader.Input {
    private final RangeSource source;
    private final long end;
    private final MessageDigest digest;
    private long offset;

    RangeInput(RangeSource source, long offset, long end, MessageDigest digest) {
        this.source = source;
        this.offset = offset;
        this.end = end;
        this.digest = digest;
    }

    @Override
    public int read(byte[] target) throws MergeException {
        int count = (int) Math.min(target.length, end - offset);
        if (count > 0) {
            source.read(ByteBuffer.wrap(target, 0, count), offset);
            digest.update(target, 0, count);
            offset += count;
        }
        return count;
    }
}
