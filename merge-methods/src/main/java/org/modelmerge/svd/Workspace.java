package org.modelmerge.svd;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// What decompositions work with: threads, and arrays that are used again.
///
/// A collector lets large arrays lie until its heap is full, so a process that takes new ones for each matrix grows far
/// beyond what it uses. Here arrays of one decomposition serve the next of the same shape and rank; another shape gives
/// them up. For one decomposition at a time, whose threads may share it.
public final class Workspace {
    /// What a process of decompositions takes beyond its arrays and beyond what a merge takes, in bytes: small arrays
    /// that wait for the collector, and compiled loops. Measured as resident memory.
    public static final long PROCESS_BYTES = 88L << 20;

    /// Arrays that were given up are collected at once from this size on: it costs some hundredths of a second, and
    /// spares the process as much memory.
    private static final long WORTH_COLLECTING = 16L << 20;

    private final Workers workers;
    private final Map<Integer, Deque<float[]>> floats = new HashMap<>();
    private final Map<Integer, Deque<double[]>> doubles = new HashMap<>();
    private final List<float[]> lent = new ArrayList<>();
    private @Nullable Work work;
    private long bytes;

    /// What arrays were taken for.
    record Work(int rows, int columns, int rank, boolean exact) {}

    /// @param workers threads of each decomposition
    public Workspace(Workers workers) {
        this.workers = workers;
    }

    /// One for a single decomposition on the calling thread.
    public static Workspace alone() {
        return new Workspace(Workers.NONE);
    }

    /// Takes back the results of the last decomposition and prepares for the next one.
    synchronized void begin(Work next) {
        lent.forEach(this::release);
        lent.clear();
        if (!next.equals(work)) {
            clear();
            work = next;
        }
    }

    /// Gives up all arrays.
    public synchronized void clear() {
        floats.clear();
        doubles.clear();
        lent.clear();
        work = null;
        if (bytes >= WORTH_COLLECTING) {
            System.gc();
        }
        bytes = 0;
    }

    /// Bytes of all arrays that were taken since the shape changed.
    synchronized long bytes() {
        return bytes;
    }

    int threads() {
        return workers.threads();
    }

    void run(int count, IntConsumer part) {
        workers.run(count, part);
    }

    /// Rows of any content.
    synchronized float[][] floats(int rows, int length) {
        float[][] taken = new float[rows][];
        Arrays.setAll(taken, _ -> floats(length));
        return taken;
    }

    /// Rows of any content.
    synchronized double[][] doubles(int rows, int length) {
        double[][] taken = new double[rows][];
        Arrays.setAll(taken, _ -> doubles(length));
        return taken;
    }

    /// An array of any content.
    synchronized double[] doubles(int length) {
        double[] free = free(doubles, length).poll();
        if (free == null) {
            bytes += (long) length * Double.BYTES;
            return new double[length];
        }
        return free;
    }

    private synchronized float[] floats(int length) {
        float[] free = free(floats, length).poll();
        if (free == null) {
            bytes += (long) length * Float.BYTES;
            return new float[length];
        }
        return free;
    }

    /// A result, zero: its owner has it until the next decomposition begins.
    synchronized float[] result(int length) {
        float[] result = floats(length);
        Arrays.fill(result, 0);
        lent.add(result);
        return result;
    }

    /// Takes rows back, which nobody may use from now on.
    synchronized void release(float[][] rows) {
        for (float[] row : rows) {
            release(row);
        }
    }

    /// Takes rows back, which nobody may use from now on.
    synchronized void release(double[][] rows) {
        for (double[] row : rows) {
            release(row);
        }
    }

    /// Takes an array back, which nobody may use from now on.
    synchronized void release(double[] array) {
        free(doubles, array.length).push(array);
    }

    private void release(float[] array) {
        free(floats, array.length).push(array);
    }

    private static <T> Deque<T> free(Map<Integer, Deque<T>> arrays, int length) {
        return arrays.computeIfAbsent(length, _ -> new ArrayDeque<>());
    }
}
