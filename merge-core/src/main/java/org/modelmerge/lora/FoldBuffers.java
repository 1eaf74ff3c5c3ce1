package org.modelmerge.lora;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.SliceReader;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.error.MergeException;

/// The memory in which the tensors of one adapter are folded: buffers that threads take and give back, and the right
/// factors that were used last.
final class FoldBuffers {
    /// Elements that are folded at once.
    static final int WINDOW = 1 << 14;

    /// Right factors are kept up to this size, and at least one: threads work on neighbouring tensors.
    private static final long KEPT_BYTES = 32L << 20;

    private final ConcurrentLinkedQueue<Buffers> free = new ConcurrentLinkedQueue<>();
    private final Map<LowRank, double[]> rights = new LinkedHashMap<>(16, 0.75f, true);
    private long keptBytes;

    /// The buffers of one thread.
    static final class Buffers {
        final double[] sum = new double[WINDOW];
        private final SliceReader reader = new SliceReader(WINDOW);
        private float[] window = new float[0];

        /// Reads elements of a float tensor as float32.
        ///
        /// @param first index of the first element
        void read(StoredTensor tensor, long first, float[] target, int at, int count) throws MergeException {
            DType dtype = tensor.info().dtype();
            RangeSource source = tensor.shard().source();
            try {
                for (int done = 0; done < count; done += window.length) {
                    int length = Math.min(WINDOW, count - done);
                    if (window.length != length) {
                        window = new float[length];
                    }
                    long offset = tensor.fileOffset() + (first + done) * dtype.bytes();
                    reader.readFloats(source, dtype, offset, window);
                    System.arraycopy(window, 0, target, at + done, length);
                }
            } catch (MergeException e) {
                throw e.inFile(tensor.shard().name()).atTensor(tensor.info().name());
            }
        }
    }

    /// Bytes of all buffers and of the right factors that are kept, from above.
    static long bytes(List<LowRank> changes, int threads) {
        long all = 0;
        long largest = 0;
        long left = 0;
        for (LowRank change : changes) {
            long right = change.columns() * change.rank() * Double.BYTES;
            all += right;
            largest = Math.max(largest, right);
            // A window has parts of so many rows.
            left = Math.max(left, (WINDOW / Math.max(1, change.columns()) + 2) * change.rank() * Float.BYTES);
        }
        // One more may be read before the eldest are dropped.
        long kept = Math.min(all, Math.max(KEPT_BYTES, largest) + largest);
        return kept + threads * (left + WINDOW * (2L * Double.BYTES + 3L * Float.BYTES));
    }

    /// Buffers that no other thread uses until they are given back.
    Buffers take() {
        Buffers buffers = free.poll();
        return buffers == null ? new Buffers() : buffers;
    }

    void giveBack(Buffers buffers) {
        free.add(buffers);
    }

    /// The right factor [rank, columns] of a change.
    synchronized double[] right(LowRank change, Buffers buffers) throws MergeException {
        double[] known = rights.get(change);
        if (known != null) {
            return known;
        }
        double[] read = read(change, buffers);
        rights.put(change, read);
        keptBytes += (long) read.length * Double.BYTES;
        Iterator<double[]> eldest = rights.values().iterator();
        while (keptBytes > KEPT_BYTES && rights.size() > 1) {
            keptBytes -= (long) eldest.next().length * Double.BYTES;
            eldest.remove();
        }
        return read;
    }

    private static double[] read(LowRank change, Buffers buffers) throws MergeException {
        int columns = (int) change.columns();
        int rank = change.rank();
        double[] right = new double[rank * columns];
        float[] part = new float[Math.min(WINDOW, right.length)];
        for (int first = 0; first < right.length; first += part.length) {
            int count = Math.min(part.length, right.length - first);
            buffers.read(change.right(), first, part, 0, count);
            for (int j = 0; j < count; j++) {
                int element = first + j;
                // B^T is stored as B [columns, rank].
                int place = change.transposed() ? element % rank * columns + element / rank : element;
                right[place] = part[j];
            }
        }
        return right;
    }
}
