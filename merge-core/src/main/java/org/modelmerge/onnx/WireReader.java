package org.modelmerge.onnx;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// A cursor over Protocol Buffers in their wire format.
///
/// ```
/// message = (tag value)*                    tag    = varint: field number * 8 + wire type
/// value   = varint (0) | 8 bytes (1) | length, bytes (2) | 4 bytes (5)
/// ```
///
/// Source: protobuf.dev/programming-guides/encoding. Differs: groups (wire types 3 and 4), which ONNX never used,
/// are refused. A length is compared with the message around it before anything follows it, so nothing is read or
/// kept that the file does not have; bytes that are passed over are not read at all.
final class WireReader {
    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int BYTES = 2;
    static final int FIXED32 = 5;

    private static final int WINDOW_BYTES = 1 << 16;
    private static final int MAX_TEXT_BYTES = 1 << 16;

    private final RangeSource source;
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES).limit(0);
    private long windowStart;
    private int wireType;

    /// A cursor at the start of the source.
    WireReader(RangeSource source) {
        this.source = source;
    }

    /// Where the next byte lies in the file.
    long position() {
        return windowStart + window.position();
    }

    /// Whether the message that ends at `end` has another field.
    boolean hasNext(long end) {
        return position() < end;
    }

    /// Reads a tag.
    ///
    /// @return the field number; its value comes next
    int field(long end) throws MergeException {
        long start = position();
        long tag = varint(end);
        wireType = (int) (tag & 7);
        long number = tag >>> 3;
        if (number == 0 || number > Integer.MAX_VALUE >>> 2) {
            throw malformed(start, "field number " + Long.toUnsignedString(number) + ", expected 1 to 536870911");
        }
        if (wireType != VARINT && wireType != FIXED64 && wireType != BYTES && wireType != FIXED32) {
            throw malformed(start, "wire type " + wireType + ", expected 0, 1, 2 or 5");
        }
        return (int) number;
    }

    /// The wire type of the value that comes next.
    int wireType() {
        return wireType;
    }

    /// Passes over a value.
    void skip(long end) throws MergeException {
        switch (wireType) {
            case VARINT -> varint(end);
            case FIXED64 -> skipBytes(Long.BYTES, end);
            case FIXED32 -> skipBytes(Integer.BYTES, end);
            default -> seek(bytes(end));
        }
    }

    /// Reads the value of a number field.
    long number(long end) throws MergeException {
        require(VARINT);
        return varint(end);
    }

    /// Reads the length of a message, a text or bytes.
    ///
    /// @return where they end; they start at [#position()]
    long bytes(long end) throws MergeException {
        require(BYTES);
        long start = position();
        long length = varint(end);
        if (length < 0 || length > end - position()) {
            throw malformed(
                    start,
                    "a length of " + Long.toUnsignedString(length) + " bytes, expected at most the "
                            + (end - position()) + " left");
        }
        return position() + length;
    }

    /// Reads a text.
    String text(long end) throws MergeException {
        long start = position();
        int length = checkText(start, bytes(end) - position());
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(take(length)).toString();
        } catch (CharacterCodingException _) {
            throw malformed(start, "a text that is not UTF-8");
        }
    }

    /// Reads a message of two texts, `StringStringEntryProto key = 1, value = 2`.
    Map.Entry<String, String> entry(long end) throws MergeException {
        String key = "";
        String value = "";
        while (hasNext(end)) {
            switch (field(end)) {
                case 1 -> key = text(end);
                case 2 -> value = text(end);
                default -> skip(end);
            }
        }
        return Map.entry(key, value);
    }

    /// The next bytes, from the window where it has them.
    private ByteBuffer take(int count) throws MergeException {
        ByteBuffer taken = window.slice(window.position(), Math.min(count, window.remaining()));
        if (taken.remaining() < count) {
            taken = ByteBuffer.allocate(count);
            source.read(taken, position());
            taken.flip();
        }
        seek(position() + count);
        return taken;
    }

    private int checkText(long start, long length) throws MergeException {
        if (length > MAX_TEXT_BYTES) {
            throw malformed(start, "a name of " + length + " bytes, expected at most " + MAX_TEXT_BYTES);
        }
        return (int) length;
    }

    /// Reads a number of up to ten bytes, seven bits each, the lowest first.
    long varint(long end) throws MergeException {
        long start = position();
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int next = next(end, start);
            value |= (long) (next & 0x7f) << shift;
            if (next < 0x80) {
                if (shift == 63 && next > 1) {
                    break;
                }
                return value;
            }
        }
        throw malformed(start, "a number of more than 64 bits");
    }

    /// Goes to a place in the file.
    void seek(long position) {
        long inWindow = position - windowStart;
        if (inWindow >= 0 && inWindow <= window.limit()) {
            window.position((int) inWindow);
        } else {
            windowStart = position;
            window.limit(0);
        }
    }

    private int next(long end, long start) throws MergeException {
        if (position() >= end) {
            throw malformed(start, "a number that goes on past the end of its message");
        }
        if (!window.hasRemaining()) {
            windowStart = position();
            window.clear().limit((int) Math.min(WINDOW_BYTES, source.size() - windowStart));
            source.read(window, windowStart);
            window.flip();
        }
        return window.get() & 0xff;
    }

    private void skipBytes(int count, long end) throws MergeException {
        if (count > end - position()) {
            throw malformed(position(), count + " bytes, expected at most the " + (end - position()) + " left");
        }
        seek(position() + count);
    }

    private void require(int expected) throws MergeException {
        if (wireType != expected) {
            throw malformed(position(), "wire type " + wireType + ", expected " + expected);
        }
    }

    /// A fault at a place of the file.
    static MergeException malformed(long position, String got) {
        return MergeException.of(
                ErrorCode.MALFORMED, "not a well-formed ONNX file: at byte " + position + ": got " + got);
    }
}
