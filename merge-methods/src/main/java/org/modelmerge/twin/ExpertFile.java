package org.modelmerge.twin;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.modelmerge.checkpoint.CheckpointLayout;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.OutputTensor;
import org.modelmerge.checkpoint.ShardLayout;
import org.modelmerge.checkpoint.ShardSink;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.checkpoint.TensorInfo;
import org.modelmerge.error.MergeException;
import org.modelmerge.twin.TwinManifest.Part;

/// The file of an exclusive expert while it is written: the header first, then tensors in any order, by any thread.
final class ExpertFile implements AutoCloseable {
    /// Bytes that are written or read at once.
    static final int BUFFER_BYTES = 1 << 20;

    private final String name;
    private final ShardLayout layout;
    private final ShardSink sink;
    private final Map<String, TensorInfo> tensors = new HashMap<>();

    private ExpertFile(String name, ShardLayout layout, ShardSink sink) {
        this.name = name;
        this.layout = layout;
        this.sink = sink;
        layout.tensors().forEach(tensor -> tensors.put(tensor.name(), tensor));
    }

    /// Where everything goes, before the file exists.
    static ShardLayout layout(List<OutputTensor> tensors, Map<String, String> metadata) throws MergeException {
        return CheckpointLayout.of(tensors, metadata, Long.MAX_VALUE).shards().getFirst();
    }

    static ExpertFile create(Storage storage, Path folder, String name, ShardLayout layout) throws MergeException {
        ShardSink sink = storage.create(folder.resolve(name));
        try {
            sink.write(layout.header(), 0);
            return new ExpertFile(name, layout, sink);
        } catch (MergeException | RuntimeException | Error e) {
            sink.close();
            throw e;
        }
    }

    /// Adds elements of a tensor.
    ///
    /// @param start the position of the first one
    void write(String tensor, long start, float[] values) throws MergeException {
        long at = start(tensor) + start * Float.BYTES;
        ByteBuffer bytes = buffer((long) values.length * Float.BYTES);
        int perBuffer = bytes.capacity() / Float.BYTES;
        for (int done = 0; done < values.length; done += perBuffer) {
            int count = Math.min(perBuffer, values.length - done);
            bytes.clear();
            bytes.asFloatBuffer().put(values, done, count);
            sink.write(bytes.limit(count * Float.BYTES), at + (long) done * Float.BYTES);
        }
    }

    /// The same in I64.
    void write(String tensor, long start, long[] values) throws MergeException {
        long at = start(tensor) + start * Long.BYTES;
        ByteBuffer bytes = buffer((long) values.length * Long.BYTES);
        int perBuffer = bytes.capacity() / Long.BYTES;
        for (int done = 0; done < values.length; done += perBuffer) {
            int count = Math.min(perBuffer, values.length - done);
            bytes.clear();
            bytes.asLongBuffer().put(values, done, count);
            sink.write(bytes.limit(count * Long.BYTES), at + (long) done * Long.BYTES);
        }
    }

    private static ByteBuffer buffer(long bytes) {
        return ByteBuffer.allocate(Math.clamp(bytes, Long.BYTES, BUFFER_BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private long start(String tensor) {
        TensorInfo info = tensors.get(tensor);
        if (info == null) {
            throw new IllegalArgumentException("no tensor " + tensor + " in " + name);
        }
        return layout.dataStart() + info.begin();
    }

    /// Hashes the file and forces it to the device.
    Part finish() throws MergeException {
        MessageDigest header = Hashes.sha256();
        header.update(layout.header());
        MessageDigest whole = Hashes.sha256();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        for (long done = 0; done < layout.fileSize(); done += buffer.limit()) {
            buffer.clear().limit((int) Math.min(BUFFER_BYTES, layout.fileSize() - done));
            sink.read(buffer, done);
            whole.update(buffer.flip());
        }
        sink.force(layout.fileSize());
        return new Part(
                name,
                layout.fileSize(),
                HexFormat.of().formatHex(header.digest()),
                HexFormat.of().formatHex(whole.digest()));
    }

    @Override
    public void close() {
        sink.close();
    }
}
