package org.modelmerge.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.CheckpointLayout;
import org.modelmerge.checkpoint.CodePointOrder;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.ShardSink;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.engine.LeafGrid.Unit;
import org.modelmerge.engine.MergePlan.OutputFile;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// The files of one output while they are written. Two threads follow the workers: one hashes what is complete, close
/// behind them, so that its bytes come from memory and not from the disk; one keeps the disk busy, so that forcing the
/// files in the end waits for little.
final class OutputFiles implements UnitSink, AutoCloseable {
    private static final int HASH_BYTES = 1 << 20;
    private static final long FLUSH_BYTES = 64L << 20;

    private final MergePlan plan;
    private final LeafGrid grid;
    private final Storage storage;
    private final Path folder;
    private final List<ShardSink> sinks = new ArrayList<>();
    private final Map<String, String> sha256 = new TreeMap<>(CodePointOrder.INSTANCE);
    private final boolean hashing;
    private final Thread hasher = new Thread(this::hash, "modelmerge-hash");
    private final Thread flusher = new Thread(this::flush, "modelmerge-flush");
    private final BitSet completed = new BitSet();
    private boolean stopped;
    private int lastFile;
    private long unflushed;
    private @Nullable Throwable failure;

    private OutputFiles(MergePlan plan, LeafGrid grid, Storage storage, Path folder, boolean hashing) {
        this.plan = plan;
        this.grid = grid;
        this.storage = storage;
        this.folder = folder;
        this.hashing = hashing;
        hasher.setDaemon(true);
        flusher.setDaemon(true);
    }

    /// Creates the files and writes their headers.
    static OutputFiles create(MergePlan plan, LeafGrid grid, Storage storage, Path folder, boolean hashing)
            throws MergeException {
        OutputFiles files = new OutputFiles(plan, grid, storage, folder, hashing);
        try {
            for (OutputFile file : plan.outputs()) {
                files.sinks.add(createWithHeader(file, storage, folder));
            }
            if (hashing) {
                files.hasher.start();
            }
            files.flusher.start();
            return files;
        } catch (MergeException | RuntimeException | Error e) {
            files.close();
            throw e;
        }
    }

    /// Creates the files with their headers only, and the index; they grow to their size as units are written.
    static void createEmpty(MergePlan plan, Storage storage, Path folder) throws MergeException {
        if (plan.index() != null) {
            writeIndex(plan.index(), storage, folder);
        }
        for (OutputFile file : plan.outputs()) {
            createWithHeader(file, storage, folder).close();
        }
    }

    private static ShardSink createWithHeader(OutputFile file, Storage storage, Path folder) throws MergeException {
        try {
            ShardSink sink = storage.create(folder.resolve(file.name()));
            try {
                sink.write(header(file), 0);
                return sink;
            } catch (MergeException | RuntimeException | Error e) {
                sink.close();
                throw e;
            }
        } catch (MergeException e) {
            throw e.inFile(file.name());
        }
    }

    private static ByteBuffer header(OutputFile file) {
        byte[] text = file.header().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Long.BYTES + text.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .put(text)
                .flip();
    }

    @Override
    public void write(int file, ByteBuffer bytes, long offset) throws MergeException {
        try {
            sinks.get(file).write(bytes, offset);
        } catch (MergeException e) {
            throw e.inFile(plan.outputs().get(file).name());
        }
    }

    @Override
    public synchronized void completed(int unit) throws MergeException {
        completed.set(unit);
        lastFile = grid.units().get(unit).file();
        unflushed += bytes(grid.units().get(unit));
        notifyAll();
        if (failure instanceof MergeException e) {
            throw e;
        }
    }

    /// Waits for the hash, forces all files to the device and closes them.
    ///
    /// @return file name to SHA-256; empty without hashing
    Map<String, String> finish() throws MergeException {
        awaitThreads();
        for (int file = 0; file < sinks.size(); file++) {
            OutputFile output = plan.outputs().get(file);
            try {
                sinks.get(file).force(output.sizeBytes());
            } catch (MergeException e) {
                throw e.inFile(output.name());
            }
        }
        if (plan.index() != null) {
            writeIndex(plan.index(), storage, folder);
            if (hashing) {
                sha256.put(CheckpointLayout.INDEX_NAME, Hashes.of(plan.index().getBytes(StandardCharsets.UTF_8)));
            }
        }
        close();
        return sha256;
    }

    private static void writeIndex(String text, Storage storage, Path folder) throws MergeException {
        byte[] index = text.getBytes(StandardCharsets.UTF_8);
        try {
            storage.write(folder.resolve(CheckpointLayout.INDEX_NAME), index);
        } catch (MergeException e) {
            throw e.inFile(CheckpointLayout.INDEX_NAME);
        }
    }

    private void awaitThreads() throws MergeException {
        try {
            hasher.join();
            synchronized (this) {
                stopped = true;
                notifyAll();
            }
            flusher.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw MergeException.of(ErrorCode.CANCELLED, "interrupted", e);
        }
        switch (failure) {
            case null -> {}
            case MergeException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        }
    }

    private synchronized void fail(Throwable e) {
        if (failure == null) {
            failure = e;
        }
    }

    private void flush() {
        try {
            for (int file = awaitUnflushed(); file >= 0; file = awaitUnflushed()) {
                try {
                    sinks.get(file).flush();
                } catch (MergeException e) {
                    throw e.inFile(plan.outputs().get(file).name());
                }
            }
        } catch (InterruptedException _) {
            // Nobody interrupts this thread.
        } catch (MergeException | RuntimeException | Error e) {
            fail(e);
        }
    }

    /// Waits until there is much to flush.
    ///
    /// @return the file written last, or -1 when all are written
    private synchronized int awaitUnflushed() throws InterruptedException {
        while (unflushed < FLUSH_BYTES && !stopped) {
            wait();
        }
        unflushed = 0;
        return stopped ? -1 : lastFile;
    }

    private void hash() {
        try {
            int unit = 0;
            for (int file = 0; file < sinks.size(); file++) {
                MessageDigest digest = Hashes.sha256();
                long position = 0;
                for (; unit < grid.units().size() && grid.units().get(unit).file() == file; unit++) {
                    awaitUnit(unit);
                    position = hash(digest, file, position, end(grid.units().get(unit)));
                }
                hash(digest, file, position, plan.outputs().get(file).sizeBytes());
                sha256.put(plan.outputs().get(file).name(), HexFormat.of().formatHex(digest.digest()));
            }
        } catch (InterruptedException _) {
            // Stopped by close(): nobody asks for the hash any more.
        } catch (MergeException | RuntimeException | Error e) {
            fail(e);
        }
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    private synchronized void awaitUnit(int unit) throws InterruptedException {
        while (!completed.get(unit)) {
            if (stopped) {
                throw new InterruptedException();
            }
            wait();
        }
    }

    private long end(Unit unit) {
        Leaf last = unit.leaves().getLast();
        MergePlan.PlannedTensor tensor = plan.tensors().get(last.tensor());
        long bytes = last.start() + last.count();
        return tensor.outputOffset() + (last.isMerged() ? bytes * tensor.dtype().bytes() : bytes);
    }

    private long bytes(Unit unit) {
        Leaf first = unit.leaves().getFirst();
        MergePlan.PlannedTensor tensor = plan.tensors().get(first.tensor());
        long before = first.isMerged() ? first.start() * tensor.dtype().bytes() : first.start();
        return end(unit) - tensor.outputOffset() - before;
    }

    private final ByteBuffer hashBuffer = ByteBuffer.allocate(HASH_BYTES);

    private long hash(MessageDigest digest, int file, long from, long to) throws MergeException {
        for (long position = from; position < to && !isStopped(); position += hashBuffer.limit()) {
            hashBuffer.clear().limit((int) Math.min(HASH_BYTES, to - position));
            try {
                sinks.get(file).read(hashBuffer, position);
            } catch (MergeException e) {
                throw e.inFile(plan.outputs().get(file).name());
            }
            digest.update(hashBuffer.flip());
        }
        return to;
    }

    @Override
    public void close() {
        synchronized (this) {
            stopped = true;
            notifyAll();
        }
        boolean interrupted = false;
        while (hasher.isAlive() || flusher.isAlive()) {
            try {
                hasher.join();
                flusher.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        sinks.forEach(ShardSink::close);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
