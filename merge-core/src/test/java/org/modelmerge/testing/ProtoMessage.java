package org.modelmerge.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Builds a Protocol Buffers message, valid or not, independently of the reader under test.
public final class ProtoMessage {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /// A number field.
    public ProtoMessage number(int field, long value) {
        return tag(field, 0).varint(value);
    }

    /// A field of bytes.
    public ProtoMessage bytes(int field, byte[] value) {
        tag(field, 2).varint(value.length);
        bytes.writeBytes(value);
        return this;
    }

    /// A field of text.
    public ProtoMessage text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /// A field that is a message.
    public ProtoMessage message(int field, ProtoMessage value) {
        return bytes(field, value.toBytes());
    }

    /// A packed field of numbers.
    public ProtoMessage packed(int field, long... values) {
        ProtoMessage packed = new ProtoMessage();
        for (long value : values) {
            packed.varint(value);
        }
        return bytes(field, packed.toBytes());
    }

    /// A field of four bytes.
    public ProtoMessage fixed32(int field, float value) {
        tag(field, 5);
        bytes.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(value)
                .array());
        return this;
    }

    /// A tag without its value.
    public ProtoMessage tag(int field, int wireType) {
        return varint(((long) field << 3) | wireType);
    }

    /// A number without a tag.
    public ProtoMessage varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        bytes.write((int) rest);
        return this;
    }

    /// The message without a length.
    public byte[] toBytes() {
        return bytes.toByteArray();
    }
}
