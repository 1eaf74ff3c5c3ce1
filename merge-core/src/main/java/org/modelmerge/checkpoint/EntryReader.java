package org.modelmerge.checkpoint;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.json.JsonReader;
import org.modelmerge.json.JsonReader.Kind;

/// Reads the entries of tensors in a safetensors header, and checks each by itself.
///
/// An entry is an object with the fields `dtype`, `shape` and `data_offsets`, or, since the reference reader takes this
/// too, an array of the three values in this order.
final class EntryReader {
    private final JsonReader reader;
    private final long dataBytes;
    private @Nullable DType dtype;
    private @Nullable Shape shape;
    private long @Nullable [] offsets;
    private long[] sizes = new long[8];

    /// @param dataBytes the size of the data section, in which all offsets must lie
    EntryReader(JsonReader reader, long dataBytes) {
        this.reader = reader;
        this.dataBytes = dataBytes;
    }

    /// Reads the value that follows the key `name`.
    TensorInfo read(String name) throws MergeException {
        dtype = null;
        shape = null;
        offsets = null;
        try {
            if (reader.peek() == Kind.ARRAY) {
                readSequence();
            } else {
                readFields();
            }
            return checked(name);
        } catch (MergeException e) {
            throw e.atTensor(name);
        }
    }

    private void readSequence() throws MergeException {
        reader.beginArray();
        requireElement("dtype");
        dtype = readDType();
        requireElement("shape");
        shape = readShape();
        requireElement("data_offsets");
        offsets = readOffsets();
        if (reader.nextElement()) {
            throw reader.fault("expected 3 values in an entry, got more");
        }
    }

    private void requireElement(String what) throws MergeException {
        if (!reader.nextElement()) {
            throw reader.fault("the entry has no " + what);
        }
    }

    private void readFields() throws MergeException {
        reader.beginObject();
        for (String field = reader.nextName(); field != null; field = reader.nextName()) {
            switch (field) {
                case "dtype" -> dtype = readDType();
                case "shape" -> shape = readShape();
                case "data_offsets" -> offsets = readOffsets();
                default -> reader.skipValue();
            }
        }
    }

    /// A dtype is its name, or, as the reference reads its enums, an object with the name as its one key and null.
    private DType readDType() throws MergeException {
        if (reader.peek() != Kind.OBJECT) {
            return known(reader.string());
        }
        reader.beginObject();
        String name = reader.nextName();
        if (name == null) {
            throw reader.fault("expected a dtype, got an empty object");
        }
        DType named = known(name);
        reader.nothing();
        if (reader.nextName() != null) {
            throw reader.fault("expected one dtype, got an object with more keys");
        }
        return named;
    }

    private DType known(String name) throws MergeException {
        DType named = DType.named(name);
        if (named == null) {
            throw malformed("unknown dtype (got \"" + Printable.text(name) + "\", expected one of "
                    + String.join(", ", DType.names()) + ")");
        }
        return named;
    }

    private Shape readShape() throws MergeException {
        int rank = 0;
        reader.beginArray();
        while (reader.nextElement()) {
            if (rank == sizes.length) {
                sizes = Arrays.copyOf(sizes, 2 * rank);
            }
            sizes[rank++] = reader.count();
        }
        return Shape.of(Arrays.copyOf(sizes, rank));
    }

    private long[] readOffsets() throws MergeException {
        long[] pair = new long[2];
        reader.beginArray();
        for (int i = 0; i < pair.length; i++) {
            if (!reader.nextElement()) {
                throw reader.fault("expected 2 data_offsets, got " + i);
            }
            pair[i] = reader.count();
        }
        if (reader.nextElement()) {
            throw reader.fault("expected 2 data_offsets, got more");
        }
        return pair;
    }

    private TensorInfo checked(String name) throws MergeException {
        if (dtype == null || shape == null || offsets == null) {
            String missing = dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets";
            throw malformed("the entry has no " + missing);
        }
        long begin = offsets[0];
        long end = offsets[1];
        if (end > dataBytes) {
            throw malformed("it ends past the end of the file (got offset " + end + ", expected at most " + dataBytes
                            + ")")
                    .withHint("the file may have been cut short: download or copy it again");
        }
        if (end < begin) {
            throw malformed("its data_offsets are reversed (got " + begin + " to " + end + ")");
        }
        long bytes = byteCount(dtype, shape);
        if (end - begin != bytes) {
            throw malformed("data_offsets do not fit " + dtype + " " + shown(shape) + " (got " + (end - begin)
                    + " bytes, expected " + bytes + ")");
        }
        return new TensorInfo(name, dtype, shape, begin, end);
    }

    /// As in the reference, all products stay below 2^64, from left to right, even if a later size is 0.
    private static long byteCount(DType dtype, Shape shape) throws MergeException {
        long bits = 1;
        for (int i = 0; i <= shape.rank(); i++) {
            long factor = i < shape.rank() ? shape.size(i) : dtype.bits();
            if (Math.unsignedMultiplyHigh(bits, factor) != 0) {
                throw malformed("the size of " + dtype + " " + shown(shape) + " exceeds 64 bits");
            }
            bits *= factor;
        }
        if ((bits & 7) != 0) {
            throw malformed("the size of " + dtype + " " + shown(shape) + " is not a whole number of bytes (got "
                    + Long.toUnsignedString(bits) + " bits)");
        }
        return bits >>> 3;
    }

    private static String shown(Shape shape) {
        return shape.rank() <= 16 ? shape.toString() : "with " + shape.rank() + " dimensions";
    }

    private static MergeException malformed(String problem) {
        return MergeException.of(ErrorCode.MALFORMED, problem);
    }
}
