package org.modelmerge.twin;

import org.modelmerge.error.MergeException;
import org.modelmerge.kernel.CounterHash;

/// Which elements of a difference are kept, by magnitude or by chance.
///
/// ```
/// magnitude: the int(density * elements) largest |v_j|; among equal ones those that come first
/// bernoulli: m_j with P(m_j = 1) = density;  v_j m_j / density
/// ```
///
/// Differs: the official code leaves the choice among equal magnitudes to its library and stops when nothing would be
/// kept.
final class Sparsity {
    private static final int WINDOW = 1 << 16;
    private static final int HALF_BITS = 16;

    private Sparsity() {}

    /// Where kept elements go, in windows that follow one another.
    @FunctionalInterface
    interface Sink {
        /// Takes elements.
        ///
        /// @param start how many came before
        /// @param index positions in row-major order, ascending; read before the call returns
        /// @param value the elements there
        void write(long start, long[] index, float[] value) throws MergeException;
    }

    /// Bytes of the arrays in use.
    static final long BYTES = 2L * WINDOW * (Long.BYTES + 2 * Float.BYTES) + 2L * (1 << HALF_BITS) * Long.BYTES;

    /// How many elements `magnitude` keeps.
    static long countByMagnitude(double density, long elements) {
        return (long) (density * elements);
    }

    /// How many elements `bernoulli` keeps: they follow from the key alone.
    static long countByChance(double density, long elements, long key) {
        long count = 0;
        for (long j = 0; j < elements; j++) {
            count += isChosen(density, key, j) ? 1 : 0;
        }
        return count;
    }

    private static boolean isChosen(double density, long key, long element) {
        return CounterHash.unit(key, element) < density;
    }

    @FunctionalInterface
    private interface WindowWork {
        void accept(float[] window, long start) throws MergeException;
    }

    private static void forEachWindow(Difference difference, long elements, WindowWork work) throws MergeException {
        float[] window = new float[0];
        for (long start = 0; start < elements; start += WINDOW) {
            int count = (int) Math.min(WINDOW, elements - start);
            if (window.length != count) {
                window = new float[count];
            }
            difference.read(start, window);
            work.accept(window, start);
        }
    }

    /// @param density share kept, in (0, 1)
    /// @param count how many elements that is
    static Compression.Outcome byChance(
            Difference difference, long elements, double density, long key, long count, Sink sink)
            throws MergeException {
        Collector kept = new Collector(count, sink);
        float divisor = (float) density;
        forEachWindow(difference, elements, (window, start) -> {
            for (int j = 0; j < window.length; j++) {
                kept.see(window[j]);
                if (isChosen(density, key, start + j)) {
                    kept.take(start + j, window[j], window[j] / divisor);
                }
            }
        });
        return kept.outcome();
    }

    /// Reads the difference three times: magnitudes are ranked by two histograms of their bits.
    ///
    /// @param count how many elements are kept
    static Compression.Outcome byMagnitude(Difference difference, long elements, long count, Sink sink)
            throws MergeException {
        Threshold threshold = threshold(difference, elements, count);
        Collector kept = new Collector(count, sink);
        long[] equalLeft = {threshold.equalKept()};
        forEachWindow(difference, elements, (window, start) -> {
            for (int j = 0; j < window.length; j++) {
                kept.see(window[j]);
                int key = magnitude(window[j]);
                if (key > threshold.key() || (key == threshold.key() && equalLeft[0]-- > 0)) {
                    kept.take(start + j, window[j], window[j]);
                }
            }
        });
        return kept.outcome();
    }

    /// @param key bits of the smallest magnitude that is kept
    /// @param equalKept how many elements of exactly this magnitude are kept
    private record Threshold(int key, long equalKept) {}

    private static Threshold threshold(Difference difference, long elements, long count) throws MergeException {
        if (count == 0) {
            return new Threshold(Integer.MAX_VALUE, 0);
        }
        long[] upper = new long[1 << HALF_BITS];
        forEachWindow(difference, elements, (window, _) -> {
            for (float value : window) {
                upper[magnitude(value) >>> HALF_BITS]++;
            }
        });
        long[] left = {count};
        int high = bin(upper, left);
        long[] lower = new long[1 << HALF_BITS];
        forEachWindow(difference, elements, (window, _) -> {
            for (float value : window) {
                int key = magnitude(value);
                if (key >>> HALF_BITS == high) {
                    lower[key & 0xffff]++;
                }
            }
        });
        int low = bin(lower, left);
        return new Threshold(high << HALF_BITS | low, left[0]);
    }

    /// The bin that holds the value at a descending rank; `left` becomes the rank inside it.
    private static int bin(long[] counts, long[] left) {
        int bin = counts.length - 1;
        while (counts[bin] < left[0]) {
            left[0] -= counts[bin];
            bin--;
        }
        return bin;
    }

    private static int magnitude(float value) {
        return Float.floatToRawIntBits(value) & 0x7fffffff;
    }

    private static final class Collector {
        private final long count;
        private final Sink sink;
        private long[] index;
        private float[] value;
        private long written;
        private int size;
        private double squares;
        private double keptSquares;

        Collector(long count, Sink sink) {
            this.count = count;
            this.sink = sink;
            index = new long[(int) Math.min(WINDOW, count)];
            value = new float[index.length];
        }

        void see(float element) {
            squares += (double) element * element;
        }

        void take(long position, float element, float stored) throws MergeException {
            index[size] = position;
            value[size] = stored;
            size++;
            keptSquares += (double) element * element;
            if (size == index.length) {
                sink.write(written, index, value);
                written += size;
                size = 0;
                if (count - written < index.length) {
                    index = new long[(int) (count - written)];
                    value = new float[index.length];
                }
            }
        }

        Compression.Outcome outcome() {
            return Compression.Outcome.of(squares, keptSquares);
        }
    }
}
