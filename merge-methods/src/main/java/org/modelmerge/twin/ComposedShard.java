package org.modelmerge.twin;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.ShardLayout;
import org.modelmerge.checkpoint.ShardSink;
import org.modelmerge.checkpoint.SliceEncoder;
import org.modelmerge.checkpoint.SliceReader;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.checkpoint.TensorInfo;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.UnitPool;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.twin.TwinManifest.Tensor;

/// Computes and writes the tensors of one file of a composition.
final class ComposedShard {
    private static final int WINDOW = 1 << 16;
    private static final long UNIT_ELEMENTS = 1L << 20;
    private static final int BUFFER_BYTES = 1 << 20;

    private final TwinFolder folder;
    private final float[] weights;
    private final int oracle;
    private final int threads;
    private final ShardLayout layout;
    private final ShardSink sink;
    private final MergeObserver observer;
    private final Map<String, Tensor> exclusive = new HashMap<>();

    ComposedShard(
            TwinFolder folder,
            float[] weights,
            @Nullable String task,
            int threads,
            ShardLayout layout,
            ShardSink sink,
            MergeObserver observer) {
        this.folder = folder;
        this.weights = weights;
        this.oracle = task == null ? -1 : folder.tasks().indexOf(task);
        this.threads = threads;
        this.layout = layout;
        this.sink = sink;
        this.observer = observer;
        folder.manifest().tensors().forEach(tensor -> exclusive.put(tensor.name(), tensor));
    }

    /// Bytes of the buffers and of the factors of one tensor, per thread, an estimate from above.
    static long bytesPerThread(TwinFolder folder) {
        long largest = 0;
        for (Tensor tensor : folder.manifest().tensors()) {
            long stored = 0;
            for (int i = 0; i < tensor.kept().size(); i++) {
                // As they are read, and as they are added.
                stored += 2 * tensor.storedBytes(i);
            }
            largest = Math.max(largest, stored);
        }
        return largest + 5L * Double.BYTES * WINDOW + BUFFER_BYTES;
    }

    /// A run of elements of one tensor.
    private record Unit(TensorInfo output, StoredTensor shared, long start, long count) {}

    void write() throws MergeException {
        List<Unit> units = new ArrayList<>();
        for (TensorInfo output : layout.tensors()) {
            StoredTensor shared = folder.shared().tensor(output.name());
            if (shared == null) {
                throw new IllegalStateException("the layout has a tensor that the shared expert lacks: " + output);
            }
            boolean computed = isComputed(output, shared);
            long total = computed ? output.elementCount() : output.byteCount();
            for (long start = 0; start < total; start += UNIT_ELEMENTS) {
                units.add(new Unit(output, shared, start, Math.min(UNIT_ELEMENTS, total - start)));
            }
        }
        List<ComposeWorker> _ = new UnitPool(threads).run(units.size(), () -> new ComposeWorker(units));
    }

    private boolean isComputed(TensorInfo output, StoredTensor shared) {
        return exclusive.containsKey(output.name())
                || output.dtype() != shared.info().dtype();
    }

    static String hash(ShardSink sink, long size) throws MergeException {
        MessageDigest digest = Hashes.sha256();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        for (long done = 0; done < size; done += buffer.limit()) {
            buffer.clear().limit((int) Math.min(BUFFER_BYTES, size - done));
            sink.read(buffer, done);
            digest.update(buffer.flip());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private synchronized void progress(long bytes) throws MergeException {
        observer.bytesRead(bytes);
        if (observer.isCancelled()) {
            throw MergeException.of(ErrorCode.CANCELLED, "cancelled");
        }
    }

    private record Share(Exclusive.Adder adder, float weight) {}

    private final class ComposeWorker implements UnitPool.Worker {
        private final List<Unit> units;
        private final SliceReader reader = new SliceReader(WINDOW);
        private final SliceEncoder encoder = new SliceEncoder(WINDOW);
        private final ByteBuffer copyBuffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        private String prepared = "";
        private List<Share> shares = List.of();

        ComposeWorker(List<Unit> units) {
            this.units = units;
        }

        @Override
        public void work(int index) throws MergeException {
            Unit unit = units.get(index);
            try {
                if (isComputed(unit.output(), unit.shared())) {
                    compute(unit);
                } else {
                    copy(unit);
                }
            } catch (MergeException e) {
                throw e.atTensor(unit.output().name());
            }
        }

        private void compute(Unit unit) throws MergeException {
            prepare(unit.output().name());
            DType from = unit.shared().info().dtype();
            DType to = unit.output().dtype();
            for (long done = 0; done < unit.count(); done += WINDOW) {
                float[] window = new float[(int) Math.min(WINDOW, unit.count() - done)];
                long start = unit.start() + done;
                read(unit, from, start, window);
                for (Share share : shares) {
                    share.adder().addTo(window, start, share.weight());
                }
                ByteBuffer encoded = encoder.encode(window, to, window);
                requireFinite(unit, start, to, window);
                sink.write(encoded, layout.dataStart() + unit.output().begin() + start * to.bytes());
                progress((long) window.length * from.bytes());
            }
        }

        private void read(Unit unit, DType from, long start, float[] window) throws MergeException {
            try {
                reader.readFloats(
                        unit.shared().shard().source(),
                        from,
                        unit.shared().fileOffset() + start * from.bytes(),
                        window);
            } catch (MergeException e) {
                throw e.inFile(folder.shared().path());
            }
            // Where NaN was let into the shared expert, nobody promises a finite result.
            int bad = reader.firstNonFinite();
            if (bad >= 0) {
                throw MergeException.of(
                                ErrorCode.NON_FINITE,
                                "element " + (start + bad) + " is not finite (got " + window[bad] + ")")
                        .inFile(folder.shared().path());
            }
        }

        private void requireFinite(Unit unit, long start, DType to, float[] written) throws MergeException {
            int bad = encoder.firstNonFinite();
            if (bad >= 0) {
                throw MergeException.of(
                                ErrorCode.OVERFLOW,
                                "element " + (start + bad) + " of the result does not fit " + to + " (got "
                                        + written[bad] + ")")
                        .atTensor(unit.output().name())
                        .withHint("pass --dtype f32 for a wider output, or smaller weights");
            }
        }

        private void prepare(String name) throws MergeException {
            if (prepared.equals(name)) {
                return;
            }
            List<Share> all = new ArrayList<>();
            Tensor tensor = exclusive.get(name);
            for (int i = 0; tensor != null && i < weights.length; i++) {
                float weight = tensor.form() == Form.ORACLE ? (i == oracle ? 1 : 0) : weights[i];
                if (weight != 0) {
                    all.add(new Share(folder.experts().get(i).read(tensor).adder(), weight));
                }
            }
            shares = all;
            prepared = name;
        }

        private void copy(Unit unit) throws MergeException {
            for (long done = 0; done < unit.count(); done += BUFFER_BYTES) {
                copyBuffer.clear().limit((int) Math.min(BUFFER_BYTES, unit.count() - done));
                long start = unit.start() + done;
                try {
                    unit.shared()
                            .shard()
                            .source()
                            .read(copyBuffer, unit.shared().fileOffset() + start);
                } catch (MergeException e) {
                    throw e.inFile(folder.shared().path());
                }
                copyBuffer.flip();
                int count = copyBuffer.remaining();
                sink.write(copyBuffer, layout.dataStart() + unit.output().begin() + start);
                progress(count);
            }
        }
    }
}
