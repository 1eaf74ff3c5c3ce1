package org.modelmerge.onnx;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.modelmerge.checkpoint.CheckpointLayout;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.ShardLayout;
import org.modelmerge.checkpoint.ShardSink;
import org.modelmerge.checkpoint.TensorInfo;
import org.modelmerge.error.MergeException;

/// Writes the files of one imported checkpoint and hashes them.
final class CheckpointFiles {
    private static final int BUFFER_BYTES = 1 << 20;

    private final ImportRequest request;
    private final TensorBytes bytes;
    private final Hashes.Reading reading;
    private final Map<String, ImportPlan.Item> items;
    private final Map<Integer, Transposition> transpositions = new HashMap<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private long bytesRead;
    private long bytesWritten;

    CheckpointFiles(ImportRequest request, ImportPlan plan, TensorBytes bytes, Hashes.Reading reading) {
        this.request = request;
        this.bytes = bytes;
        this.reading = reading;
        items = plan.items().stream()
                .collect(Collectors.toMap(item -> item.tensor().name(), Function.identity()));
    }

    /// Writes all files of the layout.
    ///
    /// @param staged the file itself or an empty folder
    /// @return file name to SHA-256
    Map<String, String> write(CheckpointLayout layout, Path staged) throws MergeException {
        Map<String, String> sha256 = new HashMap<>();
        for (ShardLayout shard : layout.shards()) {
            Path file = request.isFile() ? staged : staged.resolve(shard.fileName());
            String name = request.isFile() ? request.output().getFileName().toString() : shard.fileName();
            try (ShardSink sink = request.storage().create(file)) {
                sha256.put(name, write(shard, sink));
            }
        }
        byte[] index = layout.index();
        if (index != null) {
            request.storage().write(staged.resolve(CheckpointLayout.INDEX_NAME), index);
            bytesWritten += index.length;
            sha256.put(CheckpointLayout.INDEX_NAME, Hashes.of(index));
        }
        return sha256;
    }

    private String write(ShardLayout shard, ShardSink sink) throws MergeException {
        sink.write(shard.header(), 0);
        for (TensorInfo info : shard.tensors()) {
            ImportPlan.Item item = items.get(info.name());
            if (item == null) {
                throw new IllegalStateException("the layout has a tensor that the plan lacks: " + info.name());
            }
            try {
                copy(item, info, sink, shard.dataStart() + info.begin());
            } catch (MergeException e) {
                throw e.atTensor(info.name());
            }
        }
        String hash = hash(sink, shard.fileSize());
        sink.force(shard.fileSize());
        bytesWritten += shard.fileSize();
        return hash;
    }

    private void copy(ImportPlan.Item item, TensorInfo info, ShardSink sink, long offset) throws MergeException {
        TensorBytes.Range from = bytes.of(item.source(), info.dtype());
        if (item.tensor().transposed()) {
            int elementBytes = info.dtype().bytes();
            transpositions
                    .computeIfAbsent(elementBytes, size -> new Transposition(size, Transposition.TILE_BYTES))
                    .copy(from, info.shape().size(1), info.shape().size(0), sink, offset, this::count);
            return;
        }
        for (long done = 0; done < info.byteCount(); done += buffer.limit()) {
            buffer.clear().limit((int) Math.min(BUFFER_BYTES, info.byteCount() - done));
            from.source().read(buffer, from.begin() + done);
            sink.write(buffer.flip(), offset + done);
            count(buffer.limit());
        }
    }

    private void count(int byteCount) throws MergeException {
        bytesRead += byteCount;
        reading.read(byteCount);
    }

    private String hash(ShardSink sink, long size) throws MergeException {
        MessageDigest digest = Hashes.sha256();
        for (long done = 0; done < size; done += buffer.limit()) {
            buffer.clear().limit((int) Math.min(BUFFER_BYTES, size - done));
            sink.read(buffer, done);
            digest.update(buffer.flip());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /// Bytes of values that were read.
    long bytesRead() {
        return bytesRead;
    }

    /// Bytes of the files that are complete.
    long bytesWritten() {
        return bytesWritten;
    }
}
