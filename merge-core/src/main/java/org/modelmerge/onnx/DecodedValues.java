package org.modelmerge.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// The values of a typed field as raw bytes, in memory.
///
/// Exporters write weights as raw bytes; typed fields hold small tensors, so a bound on them costs nobody
/// anything.
final class DecodedValues implements RangeSource {
    static final long MAX_BYTES = 1 << 26;

    private final ByteBuffer bytes;

    private DecodedValues(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /// Decodes.
    ///
    /// @param expected how many values there must be, counted as the field counts them
    /// @throws MergeException `MALFORMED` or `UNSUPPORTED_FORMAT`, without the tensor
    static DecodedValues of(RangeSource file, Initializer.Typed data, DType dtype, long expected)
            throws MergeException {
        int valueBytes = data.field() == OnnxType.Field.FLOAT_DATA ? Float.BYTES : dtype.bytes();
        long size = Math.multiplyExact(expected, valueBytes);
        long stored = 0;
        for (Initializer.Run run : data.runs()) {
            stored += run.end() - run.begin();
        }
        // A value takes a byte in the file at least, so what is allocated follows the file's size.
        if (expected > stored) {
            throw wrongCount("at most " + stored, expected);
        }
        if (size > MAX_BYTES) {
            throw MergeException.of(
                    ErrorCode.UNSUPPORTED_FORMAT,
                    "its values lie one by one in " + data.field() + " (got " + size + " bytes, expected at most "
                            + MAX_BYTES + " or raw_data)");
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
        WireReader wire = new WireReader(file);
        for (Initializer.Run run : data.runs()) {
            if (data.field() == OnnxType.Field.FLOAT_DATA || data.field() == OnnxType.Field.DOUBLE_DATA) {
                copy(file, run, bytes, expected, valueBytes);
            } else {
                wire.seek(run.begin());
                while (wire.hasNext(run.end())) {
                    put(bytes, valueBytes, wire.varint(run.end()), expected);
                }
            }
        }
        if (bytes.hasRemaining()) {
            throw wrongCount(Integer.toString(bytes.position() / valueBytes), expected);
        }
        return new DecodedValues(bytes.flip());
    }

    private static void copy(RangeSource file, Initializer.Run run, ByteBuffer bytes, long expected, int valueBytes)
            throws MergeException {
        long length = run.end() - run.begin();
        if (length > bytes.remaining()) {
            throw wrongCount(Long.toString((bytes.position() + length) / valueBytes), expected);
        }
        file.read(bytes.slice(bytes.position(), (int) length), run.begin());
        bytes.position(bytes.position() + (int) length);
    }

    private static void put(ByteBuffer bytes, int valueBytes, long value, long expected) throws MergeException {
        if (!bytes.hasRemaining()) {
            throw wrongCount("more", expected);
        }
        int bits = valueBytes * Byte.SIZE;
        if (bits < Long.SIZE && (value < -(1L << (bits - 1)) || value >= 1L << bits)) {
            throw MergeException.of(
                    ErrorCode.MALFORMED,
                    "a value does not fit its type (got " + value + ", expected " + bits + " bits)");
        }
        switch (valueBytes) {
            case Byte.BYTES -> bytes.put((byte) value);
            case Short.BYTES -> bytes.putShort((short) value);
            case Integer.BYTES -> bytes.putInt((int) value);
            default -> bytes.putLong(value);
        }
    }

    private static MergeException wrongCount(String got, long expected) {
        return MergeException.of(
                ErrorCode.MALFORMED, "the number of values is wrong (got " + got + ", expected " + expected + ")");
    }

    @Override
    public long size() {
        return bytes.limit();
    }

    @Override
    public void read(ByteBuffer target, long offset) {
        target.put(bytes.slice((int) offset, target.remaining()));
    }

    @Override
    public void checkUnchanged() {
        // memory stays as it is
    }

    @Override
    public void close() {
        // memory needs none
    }
}
