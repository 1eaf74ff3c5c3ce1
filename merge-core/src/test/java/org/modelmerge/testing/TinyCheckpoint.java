package org.modelmerge.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.json.JsonWriter;

/// Builds small safetensors files for tests, independently of the writer under test.
///
/// Tensors are stored in the order in which they are added, and the header is padded to a multiple of 8.
public final class TinyCheckpoint {
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final List<Tensor> tensors = new ArrayList<>();

    private record Tensor(String name, String dtype, long[] shape, byte[] bytes) {}

    /// Adds a tensor with these bytes.
    public TinyCheckpoint tensor(String name, DType dtype, Shape shape, byte[] bytes) {
        tensors.add(new Tensor(name, dtype.name(), shape.sizes(), bytes.clone()));
        return this;
    }

    /// Adds an F32 tensor.
    public TinyCheckpoint floats(String name, Shape shape, float... values) {
        ByteBuffer bytes = littleEndian(4 * values.length);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return sized(name, DType.F32, shape, values.length, bytes);
    }

    /// Adds an F64 tensor.
    public TinyCheckpoint doubles(String name, Shape shape, double... values) {
        ByteBuffer bytes = littleEndian(8 * values.length);
        for (double value : values) {
            bytes.putDouble(value);
        }
        return sized(name, DType.F64, shape, values.length, bytes);
    }

    /// Adds an I64 tensor.
    public TinyCheckpoint longs(String name, Shape shape, long... values) {
        ByteBuffer bytes = littleEndian(8 * values.length);
        for (long value : values) {
            bytes.putLong(value);
        }
        return sized(name, DType.I64, shape, values.length, bytes);
    }

    /// Adds an F16 tensor of values rounded to nearest even.
    public TinyCheckpoint halfs(String name, Shape shape, float... values) {
        ByteBuffer bytes = littleEndian(2 * values.length);
        for (float value : values) {
            bytes.putShort(Float.floatToFloat16(value));
        }
        return sized(name, DType.F16, shape, values.length, bytes);
    }

    /// Adds a BF16 tensor of values that BF16 holds exactly.
    ///
    /// @throws IllegalArgumentException for a value that it does not hold
    public TinyCheckpoint bfloats(String name, Shape shape, float... values) {
        ByteBuffer bytes = littleEndian(2 * values.length);
        for (float value : values) {
            int bits = Float.floatToRawIntBits(value);
            if ((bits & 0xffff) != 0) {
                throw new IllegalArgumentException(value + " is no BF16 value");
            }
            bytes.putShort((short) (bits >>> 16));
        }
        return sized(name, DType.BF16, shape, values.length, bytes);
    }

    /// Adds a string to `__metadata__`.
    public TinyCheckpoint metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    /// The whole file.
    public byte[] toBytes() {
        return fileOf(metadata, tensors);
    }

    /// Writes the whole as one file, with its folders.
    ///
    /// @return `file`
    public Path write(Path file) throws IOException {
        if (file.getParent() != null) {
            Files.createDirectories(file.getParent());
        }
        return Files.write(file, toBytes());
    }

    /// Files by name: the tensors split in order into `shardCount` shards of about equal numbers, and the index.
    public Map<String, byte[]> toShards(int shardCount) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        Map<String, String> weightMap = new LinkedHashMap<>();
        long totalBytes = 0;
        for (int shard = 0; shard < shardCount; shard++) {
            String name = "model-%05d-of-%05d.safetensors".formatted(shard + 1, shardCount);
            int from = shard * tensors.size() / shardCount;
            int to = (shard + 1) * tensors.size() / shardCount;
            List<Tensor> part = tensors.subList(from, to);
            files.put(name, fileOf(metadata, part));
            for (Tensor tensor : part) {
                weightMap.put(tensor.name, name);
                totalBytes += tensor.bytes.length;
            }
        }
        Map<String, Object> index = new LinkedHashMap<>();
        index.put("metadata", Map.of("total_size", totalBytes));
        index.put("weight_map", weightMap);
        files.put("model.safetensors.index.json", utf8(JsonWriter.write(index)));
        return files;
    }

    /// Writes [#toShards(int)] into a folder, which is created.
    ///
    /// @return `folder`
    public Path writeSharded(Path folder, int shardCount) throws IOException {
        Files.createDirectories(folder);
        for (Map.Entry<String, byte[]> file : toShards(shardCount).entrySet()) {
            Files.write(folder.resolve(file.getKey()), file.getValue());
        }
        return folder;
    }

    /// A file of any header text, valid or not, and `dataBytes` zero bytes of data.
    public static byte[] fileWithHeader(String header, int dataBytes) {
        return fileWithHeader(utf8(header), dataBytes);
    }

    /// A file of any header bytes, valid or not, and `dataBytes` zero bytes of data.
    public static byte[] fileWithHeader(byte[] header, int dataBytes) {
        return littleEndian(8 + header.length + dataBytes)
                .putLong(header.length)
                .put(header)
                .array();
    }

    private TinyCheckpoint sized(String name, DType dtype, Shape shape, int count, ByteBuffer bytes) {
        if (shape.elementCount() != count) {
            throw new IllegalArgumentException(name + " has " + count + " values for the shape " + shape);
        }
        byte[] values = new byte[bytes.flip().remaining()];
        bytes.get(values);
        return tensor(name, dtype, shape, values);
    }

    private static byte[] fileOf(Map<String, String> metadata, List<Tensor> tensors) {
        Map<String, Object> header = new LinkedHashMap<>();
        if (!metadata.isEmpty()) {
            header.put("__metadata__", metadata);
        }
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        for (Tensor tensor : tensors) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("dtype", tensor.dtype);
            entry.put("shape", listOf(tensor.shape));
            entry.put("data_offsets", List.of(data.size(), data.size() + tensor.bytes.length));
            header.put(tensor.name, entry);
            data.writeBytes(tensor.bytes);
        }
        byte[] text = utf8(JsonWriter.write(header));
        byte[] padding = utf8(" ".repeat(-text.length & 7));
        byte[] bytes = data.toByteArray();
        return littleEndian(8 + text.length + padding.length + bytes.length)
                .putLong(text.length + padding.length)
                .put(text)
                .put(padding)
                .put(bytes)
                .array();
    }

    private static List<Long> listOf(long[] values) {
        List<Long> list = new ArrayList<>();
        for (long value : values) {
            list.add(value);
        }
        return list;
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
