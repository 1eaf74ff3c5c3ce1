package org.modelmerge.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The bytes of one token; it grows with what was read, never ahead of it.
final class ByteText {
    private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

    private byte[] bytes = new byte[256];
    private int length;

    void clear() {
        length = 0;
    }

    int length() {
        return length;
    }

    /// The buffer itself, valid up to [#length()].
    byte[] bytes() {
        return bytes;
    }

    void append(byte[] source, int start, int count) {
        ensure(count);
        System.arraycopy(source, start, bytes, length, count);
        length += count;
    }

    void append(int b) {
        ensure(1);
        bytes[length++] = (byte) b;
    }

    boolean isAscii() {
        for (int i = 0; i < length; i++) {
            if (bytes[i] < 0) {
                return false;
            }
        }
        return true;
    }

    /// The first `count` bytes, which must be ASCII.
    String ascii(int count) {
        return new String(bytes, 0, count, StandardCharsets.ISO_8859_1);
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            long doubled = Math.min(2L * bytes.length, MAX_ARRAY);
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(length, more), (int) doubled));
        }
    }
}
