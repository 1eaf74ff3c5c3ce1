package org.modelmerge.cli.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.testing.TinyCheckpoint;

/// Models for processes to merge, and what a folder holds afterwards.
final class Samples {
    static final String BASE = "base.safetensors";
    static final String EXPERT_A = "a.safetensors";
    static final String EXPERT_B = "b.safetensors";

    private static final int ROWS = 37;
    private static final int COLUMNS = 71;
    private static final int NON_ZERO_EVERY = 1 << 20;

    private Samples() {}

    /// A model of every float dtype and an integer one, its values a function of the seed and the tensor's name alone.
    ///
    /// @param order a rotation of the order in which the file stores its tensors
    static TinyCheckpoint model(long seed, int order) {
        List<String> names = new ArrayList<>(List.of("f32", "bf16", "f16", "f64", "layer.0.f32", "scalar", "ids"));
        Collections.rotate(names, order);
        TinyCheckpoint model = new TinyCheckpoint();
        for (String name : names) {
            float[] values = values(seed + name.hashCode());
            switch (name) {
                case "bf16" -> model.bfloats(name, Shape.of(ROWS, COLUMNS), values);
                case "f16" -> model.halfs(name, Shape.of(ROWS, COLUMNS), values);
                case "f64" -> model.doubles(name, Shape.of(ROWS, COLUMNS), doubles(values));
                case "ids" -> model.longs(name, Shape.of(3), 3, 1, 2);
                case "scalar" -> model.floats(name, Shape.of(), values[0]);
                default -> model.floats(name, Shape.of(ROWS, COLUMNS), values);
            }
        }
        return model;
    }

    /// Values that each of the dtypes holds.
    private static float[] values(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[ROWS * COLUMNS];
        for (int j = 0; j < values.length; j++) {
            values[j] = Math.scalb((float) random.nextInt(-128, 128), random.nextInt(-14, 0));
        }
        return values;
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int j = 0; j < values.length; j++) {
            doubles[j] = values[j];
        }
        return doubles;
    }

    /// Writes a base and two experts of some kilobytes.
    static void writeSmall(Path folder) throws IOException {
        model(1, 0).write(folder.resolve(BASE));
        model(2, 0).write(folder.resolve(EXPERT_A));
        model(3, 0).write(folder.resolve(EXPERT_B));
    }

    /// Writes a base and two experts that merge slowly enough to be disturbed, in sparse files.
    static void writeLarge(Path folder, long bytes) throws IOException {
        writeSparse(folder.resolve(BASE), bytes, 0f);
        writeSparse(folder.resolve(EXPERT_A), bytes, 0.5f);
        writeSparse(folder.resolve(EXPERT_B), bytes, -0.25f);
    }

    static void writeSparse(Path path, long bytes, float value) throws IOException {
        byte[] header = TinyCheckpoint.fileWithHeader(
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[" + bytes / 4 + "],\"data_offsets\":[0," + bytes + "]}}", 0);
        byte[] element = ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(value)
                .array();
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.write(header);
            file.setLength(header.length + bytes);
            for (long offset = 0; value != 0 && offset < bytes; offset += NON_ZERO_EVERY) {
                file.seek(header.length + offset);
                file.write(element);
            }
        }
    }

    /// Everything below a folder, hidden or not: path to SHA-256, or what it is if not a regular file.
    static Map<String, String> contents(Path folder) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.filter(entry -> !entry.equals(folder)).toList()) {
                contents.put(
                        folder.relativize(path).toString(), Files.isRegularFile(path) ? sha256(path) : "not a file");
            }
        }
        return contents;
    }

    static String sha256(Path file) throws IOException {
        return sha256(file, 0);
    }

    /// The hash of a safetensors file without its header.
    static String dataSha256(Path file) throws IOException {
        return sha256(file, 8 + headerBytes(file));
    }

    /// What the first eight bytes of a safetensors file say.
    static long headerBytes(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            channel.read(length, 0);
            return length.getLong(0);
        }
    }

    private static String sha256(Path file, long from) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
            long offset = from;
            while (channel.read(buffer.clear(), offset) > 0) {
                offset += buffer.position();
                digest.update(buffer.flip());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Flips one bit of one byte.
    static void flip(Path file, long offset) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.seek(offset);
            int value = open.read();
            open.seek(offset);
            open.write(value ^ 1);
        }
    }

    /// The names in a folder, sorted, hidden ones included.
    static List<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    /// Deletes a file or a folder of files.
    static void delete(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            for (String name : names(path)) {
                Files.delete(path.resolve(name));
            }
        }
        Files.delete(path);
    }
}
