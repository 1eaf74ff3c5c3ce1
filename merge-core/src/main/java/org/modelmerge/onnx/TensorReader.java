package org.modelmerge.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.onnx.Initializer.Data;
import org.modelmerge.onnx.Initializer.Run;

/// Reads one stored tensor; its values are passed over.
///
/// ```
/// TensorProto dims = 1, data_type = 2, segment = 3, float_data = 4, int32_data = 5, int64_data = 7, name = 8,
///             raw_data = 9, double_data = 10, uint64_data = 11, external_data = 13, data_location = 14
/// ```
final class TensorReader {
    /// More dimensions than any framework has.
    private static final int MAX_RANK = 64;

    /// Writers pack a field into one piece, or a few.
    private static final int MAX_RUNS = 10_000;

    private static final long EXTERNAL_LOCATION = 1;

    private final WireReader wire;

    TensorReader(WireReader wire) {
        this.wire = wire;
    }

    /// Reads the tensor that ends at `end`.
    Initializer read(long end) throws MergeException {
        return new Fields().read(end);
    }

    /// The fields of one tensor while they are read.
    private final class Fields {
        private long[] dims = new long[8];
        private int rank;
        private long typeCode;
        private String name = "";
        private @Nullable Run raw;
        private final List<Run> runs = new ArrayList<>();
        private OnnxType.Field runField = OnnxType.Field.NONE;
        private String location = "";
        private long offset;
        private long length = -1;
        private long dataLocation;

        Initializer read(long end) throws MergeException {
            while (wire.hasNext(end)) {
                switch (wire.field(end)) {
                    case 1 -> dims(end);
                    case 2 -> typeCode = wire.number(end);
                    case 3 -> throw MergeException.of(ErrorCode.UNSUPPORTED_FORMAT, "got a segment of a tensor");
                    case 4 -> run(OnnxType.Field.FLOAT_DATA, WireReader.FIXED32, end);
                    case 5 -> run(OnnxType.Field.INT32_DATA, WireReader.VARINT, end);
                    case 7 -> run(OnnxType.Field.INT64_DATA, WireReader.VARINT, end);
                    case 8 -> name = wire.text(end);
                    case 9 -> raw = piece(wire.bytes(end));
                    case 10 -> run(OnnxType.Field.DOUBLE_DATA, WireReader.FIXED64, end);
                    case 11 -> run(OnnxType.Field.UINT64_DATA, WireReader.VARINT, end);
                    case 13 -> entry(wire.bytes(end));
                    case 14 -> dataLocation = wire.number(end);
                    default -> wire.skip(end);
                }
            }
            try {
                return new Initializer(name, typeCode, shape(), data());
            } catch (MergeException e) {
                throw e.atTensor(name);
            }
        }

        private void dims(long end) throws MergeException {
            if (wire.wireType() == WireReader.VARINT) {
                dim(wire.varint(end));
                return;
            }
            long packedEnd = wire.bytes(end);
            while (wire.hasNext(packedEnd)) {
                dim(wire.varint(packedEnd));
            }
        }

        private void dim(long size) throws MergeException {
            if (rank == MAX_RANK) {
                throw WireReader.malformed(
                        wire.position(), "more than " + MAX_RANK + " dimensions, expected at most that");
            }
            if (rank == dims.length) {
                dims = Arrays.copyOf(dims, MAX_RANK);
            }
            dims[rank++] = size;
        }

        private Shape shape() throws MergeException {
            for (int dimension = 0; dimension < rank; dimension++) {
                if (dims[dimension] < 0) {
                    throw malformed("the shape has a negative size (got " + dims[dimension] + " at dimension "
                            + dimension + ", expected 0 or more)");
                }
            }
            Shape shape = Shape.of(Arrays.copyOf(dims, rank));
            try {
                // Eight bits an element more than a file can have.
                Math.multiplyExact(shape.elementCount(), (long) Long.BYTES);
                return shape;
            } catch (ArithmeticException _) {
                throw malformed("the shape " + shape + " has too many elements, expected fewer than 2^60");
            }
        }

        /// Values of a typed field: packed side by side, or one with a tag of its own.
        private void run(OnnxType.Field field, int single, long end) throws MergeException {
            if (runField != field && !runs.isEmpty()) {
                throw malformed("the values lie in two fields, " + runField + " and " + field + ", expected one");
            }
            runField = field;
            long valuesEnd = end;
            long begin = wire.position();
            if (wire.wireType() == single) {
                wire.skip(end);
                valuesEnd = wire.position();
            } else {
                valuesEnd = wire.bytes(end);
                begin = wire.position();
                wire.seek(valuesEnd);
            }
            if (runs.size() == MAX_RUNS) {
                throw MergeException.of(
                                ErrorCode.UNSUPPORTED_FORMAT,
                                "its values are scattered (got more than " + MAX_RUNS + " pieces of " + field
                                        + ", expected at most that)")
                        .atTensor(name);
            }
            if (valuesEnd > begin) {
                runs.add(new Run(begin, valuesEnd));
            }
        }

        private Run piece(long end) {
            Run piece = new Run(wire.position(), end);
            wire.seek(end);
            return piece;
        }

        private void entry(long end) throws MergeException {
            Map.Entry<String, String> entry = wire.entry(end);
            String key = entry.getKey();
            String value = entry.getValue();
            switch (key) {
                case "location" -> location = value;
                case "offset" -> offset = digits(key, value);
                case "length" -> length = digits(key, value);
                default -> {
                    // checksum, basepath: no part of where the values are
                }
            }
        }

        private long digits(String key, String value) throws MergeException {
            if (!value.isEmpty() && value.length() <= 18 && value.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return Long.parseLong(value);
            }
            throw malformed("external_data has the " + key + " " + Printable.text(value) + ", expected digits");
        }

        private Data data() throws MergeException {
            int places = (raw == null ? 0 : 1) + (runs.isEmpty() ? 0 : 1) + (dataLocation == EXTERNAL_LOCATION ? 1 : 0);
            if (places > 1) {
                throw malformed("its values lie in " + places + " places, expected one");
            }
            if (dataLocation == EXTERNAL_LOCATION) {
                return new Initializer.External(location, offset, length);
            }
            if (raw != null) {
                return new Initializer.Raw(raw.begin(), raw.end());
            }
            return new Initializer.Typed(runField, runs);
        }

        private MergeException malformed(String problem) {
            return MergeException.of(ErrorCode.MALFORMED, problem).atTensor(name);
        }
    }
}
