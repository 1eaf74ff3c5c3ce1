package org.modelmerge.onnx;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.PlainName;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// Finds the raw bytes of initialisers, in the ONNX file itself or in files beside it.
final class TensorBytes implements AutoCloseable {
    private static final int MAX_EXTERNAL_FILES = 1000;

    private final Storage storage;
    private final Path onnxFile;
    private final RangeSource onnx;
    private final Map<String, RangeSource> externals = new LinkedHashMap<>();

    /// @param onnx the open ONNX file; stays the caller's
    TensorBytes(Storage storage, Path onnxFile, RangeSource onnx) {
        this.storage = storage;
        this.onnxFile = onnxFile;
        this.onnx = onnx;
    }

    /// Row-major little-endian bytes.
    ///
    /// @param begin where they start in the source
    record Range(RangeSource source, long begin) {}

    /// The files beside the ONNX file that were needed so far, by location, unmodifiable.
    Map<String, RangeSource> externals() {
        return Collections.unmodifiableMap(externals);
    }

    /// Finds the bytes of a tensor and checks that they are as many as its shape needs, without reading raw ones.
    ///
    /// @throws MergeException naming the tensor
    Range of(Initializer tensor, DType dtype) throws MergeException {
        try {
            long size = Math.multiplyExact(tensor.shape().elementCount(), (long) dtype.bytes());
            return switch (tensor.data()) {
                case Initializer.Raw raw -> {
                    requireSize("raw_data", raw.end() - raw.begin(), size, tensor);
                    yield new Range(onnx, raw.begin());
                }
                case Initializer.External external -> external(external, size, tensor);
                case Initializer.Typed typed -> typed(typed, dtype, size, tensor);
            };
        } catch (MergeException e) {
            throw e.atTensor(tensor.name());
        }
    }

    private Range typed(Initializer.Typed data, DType dtype, long size, Initializer tensor) throws MergeException {
        if (size == 0 && data.runs().isEmpty()) {
            return new Range(onnx, 0);
        }
        OnnxType type = OnnxType.of(tensor.typeCode());
        if (data.runs().isEmpty()) {
            throw malformed("it has no values (got neither raw_data nor a typed field, expected " + size + " bytes)");
        }
        if (type == null || type.field() != data.field()) {
            throw malformed("its values lie in " + data.field() + ", expected raw_data"
                    + (type == null ? "" : " or " + type.field()));
        }
        boolean isRaw = data.field() == OnnxType.Field.FLOAT_DATA || data.field() == OnnxType.Field.DOUBLE_DATA;
        if (isRaw && data.runs().size() == 1) {
            Initializer.Run run = data.runs().getFirst();
            requireSize(data.field().toString(), run.end() - run.begin(), size, tensor);
            return new Range(onnx, run.begin());
        }
        long values = data.field() == OnnxType.Field.FLOAT_DATA ? size / Float.BYTES : size / dtype.bytes();
        return new Range(DecodedValues.of(onnx, data, dtype, values), 0);
    }

    private Range external(Initializer.External data, long size, Initializer tensor) throws MergeException {
        RangeSource source = externals.get(data.location());
        if (source == null) {
            source = open(data.location());
            externals.put(data.location(), source);
        }
        long left = source.size() - data.begin();
        long length = data.length() < 0 ? Math.max(0, left) : data.length();
        if (length > left) {
            throw malformed("its values reach past the end of " + Printable.text(data.location()) + " (got byte "
                    + data.begin() + " and " + length + " bytes from there, expected at most " + source.size() + ")");
        }
        requireSize("the range in " + Printable.text(data.location()), length, size, tensor);
        return new Range(source, data.begin());
    }

    private RangeSource open(String location) throws MergeException {
        if (externals.size() == MAX_EXTERNAL_FILES) {
            throw MergeException.of(
                    ErrorCode.UNSUPPORTED_FORMAT,
                    "the values lie in too many files (got more than " + MAX_EXTERNAL_FILES
                            + ", expected at most that)");
        }
        for (String part : location.split("/", -1)) {
            String fault = PlainName.faultOf(part);
            if (fault != null) {
                throw malformed("unsafe location \"" + Printable.text(location) + "\": " + fault
                        + " (expected the name of a file in the folder of the ONNX file)");
            }
        }
        Path file = beside(location);
        if (storage.kind(file) == Storage.Kind.ABSENT) {
            throw malformed("its values lie in " + Printable.text(location) + ", and there is no such file")
                    .withHint("put " + Printable.text(location) + " into the folder of the ONNX file");
        }
        return storage.open(file);
    }

    private Path beside(String location) throws MergeException {
        try {
            return onnxFile.resolveSibling(location);
        } catch (InvalidPathException e) {
            throw MergeException.of(
                    ErrorCode.MALFORMED, "location \"" + Printable.text(location) + "\" is no file name here", e);
        }
    }

    private static void requireSize(String where, long got, long expected, Initializer tensor) throws MergeException {
        if (got != expected) {
            throw malformed(where + " does not fit the shape " + tensor.shape() + " (got " + got + " bytes, expected "
                    + expected + ")");
        }
    }

    private static MergeException malformed(String problem) {
        return MergeException.of(ErrorCode.MALFORMED, problem);
    }

    /// Closes the files beside the ONNX file; idempotent.
    @Override
    public void close() {
        externals.values().forEach(RangeSource::close);
    }
}
