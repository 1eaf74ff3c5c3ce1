package org.modelmerge.catalog;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.adamerging.CoefficientTable;
import org.modelmerge.adamerging.Granularity;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.SliceReader;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.checkpoint.TensorInfo;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.StrictJson;

/// Reads a coefficient file: JSON, or safetensors with a tensor `lambda` or `lambda_raw` of shape [rows, n].
///
/// A published table may have n + 1 columns with the base's constant 1 in column 0; [CoefficientTable#resolve] drops
/// it.
public final class CoefficientFile {
    private static final long LARGEST_TEXT = 64L << 20;
    private static final int LARGEST_TABLE = 1 << 26;

    private CoefficientFile() {}

    /// Reads a file.
    ///
    /// @param rowNames a file with the rows' tensor names, one a line, or null
    /// @throws MergeException `MALFORMED`, or the system's refusal, naming the file
    public static CoefficientTable read(Path file, @Nullable Path rowNames) throws MergeException {
        try {
            byte[] start = bytes(file, 1);
            List<String> names = rowNames == null ? null : lines(rowNames);
            boolean json =
                    start.length > 0 && (start[0] == '{' || Character.isWhitespace(start[0])) && !isSafetensors(file);
            if (!json) {
                return ofSafetensors(file, names);
            }
            if (names != null) {
                throw MergeException.of(ErrorCode.USAGE, "--row-names is for safetensors tables; JSON names its rows");
            }
            return CoefficientTable.of(StrictJson.parse(bytes(file, LARGEST_TEXT)));
        } catch (MergeException e) {
            throw e.inFile(file.toString());
        }
    }

    /// A safetensors file has `{` as its ninth byte; so has hardly any JSON text, whose first byte is `{`.
    private static boolean isSafetensors(Path file) throws MergeException {
        byte[] start = bytes(file, 9);
        return start.length == 9 && start[8] == '{' && start[7] == 0;
    }

    private static CoefficientTable ofSafetensors(Path file, @Nullable List<String> rowNames) throws MergeException {
        try (Checkpoint checkpoint = Checkpoint.open(LocalStorage.INSTANCE, file)) {
            StoredTensor tensor = checkpoint.tensor("lambda");
            tensor = tensor == null ? checkpoint.tensor("lambda_raw") : tensor;
            if (tensor == null) {
                throw malformed("no tensor lambda or lambda_raw (got "
                        + checkpoint.tensors().size() + " others)");
            }
            TensorInfo info = tensor.info();
            if (info.shape().rank() != 2 || !info.dtype().isFloat() || info.elementCount() == 0) {
                throw malformed("got " + info.dtype() + " " + info.shape() + ", expected floats [rows, n]")
                        .atTensor(info.name());
            }
            if (info.elementCount() > LARGEST_TABLE) {
                throw malformed("got " + info.elementCount() + " coefficients, expected at most " + LARGEST_TABLE)
                        .atTensor(info.name());
            }
            float[] values = new float[(int) info.elementCount()];
            new SliceReader(values.length)
                    .readFloats(tensor.shard().source(), info.dtype(), tensor.fileOffset(), values);
            String named = checkpoint.metadata().get("rows");
            List<String> names = rowNames != null ? rowNames : named == null ? null : names(named);
            return table(values, (int) info.shape().size(0), (int) info.shape().size(1), names);
        }
    }

    private static CoefficientTable table(float[] values, int rowCount, int columns, @Nullable List<String> names)
            throws MergeException {
        if (names != null && names.size() != rowCount) {
            throw malformed("got " + names.size() + " row names, expected " + rowCount);
        }
        boolean all = rowCount == 1 && (names == null || names.equals(List.of(CoefficientTable.ALL)));
        Map<String, List<Float>> rows = new LinkedHashMap<>();
        for (int r = 0; r < rowCount; r++) {
            List<Float> row = new ArrayList<>(columns);
            for (int c = 0; c < columns; c++) {
                float value = values[r * columns + c];
                if (!Float.isFinite(value)) {
                    throw malformed("coefficient [" + r + ", " + c + "] is not finite (got " + value + ")");
                }
                row.add(value);
            }
            String name = all ? CoefficientTable.ALL : names != null ? names.get(r) : Integer.toString(r);
            if (rows.put(name, row) != null) {
                throw malformed("two rows have one name").atTensor(name);
            }
        }
        return new CoefficientTable(all ? Granularity.TASK : Granularity.LAYER, List.of(), rows, all || names != null);
    }

    private static List<String> names(String json) throws MergeException {
        Object parsed = StrictJson.parse(json.getBytes(StandardCharsets.UTF_8));
        if (!(parsed instanceof List<?> list) || !list.stream().allMatch(String.class::isInstance)) {
            throw malformed("metadata key rows is no JSON array of names");
        }
        return list.stream().map(String.class::cast).toList();
    }

    private static List<String> lines(Path file) throws MergeException {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(bytes(file, LARGEST_TEXT));
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(bytes)
                    .toString()
                    .lines()
                    .filter(line -> !line.isBlank())
                    .map(String::strip)
                    .toList();
        } catch (CharacterCodingException e) {
            throw MergeException.of(ErrorCode.MALFORMED, "the row names are not UTF-8 text", e)
                    .inFile(file.toString());
        } catch (MergeException e) {
            throw e.inFile(file.toString());
        }
    }

    /// The first bytes of a file, at most `limit` of them.
    private static byte[] bytes(Path file, long limit) throws MergeException {
        Storage storage = LocalStorage.INSTANCE;
        try (RangeSource source = storage.open(file)) {
            if (limit == LARGEST_TEXT && source.size() > limit) {
                throw malformed("got " + source.size() + " bytes, expected at most " + limit);
            }
            byte[] bytes = new byte[(int) Math.min(source.size(), limit)];
            source.read(ByteBuffer.wrap(bytes), 0);
            return bytes;
        }
    }

    private static MergeException malformed(String problem) {
        return MergeException.of(ErrorCode.MALFORMED, "bad coefficients: " + problem);
    }
}
