package org.modelmerge.engine;

import java.util.function.IntToLongFunction;
import org.modelmerge.engine.MergeRequest.Limits;
import org.modelmerge.error.MergeException;
import org.modelmerge.kernel.RankHistogram;

/// How many threads and how large slices fit the machine's and the user's limits. Never changes a result.
///
/// @param threads at least 1
/// @param sliceElements at least 1
/// @param peakBytes estimate of buffers and statistics at their largest
record Workload(int threads, int sliceElements, long peakBytes) {
    /// Bytes of the buffer that copies tensors.
    static final int COPY_BYTES = 1 << 20;

    /// Slices of the narrowest floats that are read or written at once.
    private static final int SLICES_AT_ONCE = 8;

    private static final int SMALLEST_SLICE = 1 << 12;
    /// What the JVM itself takes with this program loaded, measured as resident memory of a tiny merge.
    static final long JVM_BYTES = 60L << 20;

    /// Bytes of a buffer for reading or writing a model: some slices, since few large calls cost the system less than
    /// many small ones, and so few that they stay in the processor's caches.
    static int ioBytes(int sliceElements) {
        return Math.multiplyExact(SLICES_AT_ONCE * Short.BYTES, sliceElements);
    }

    /// Fits the limits: smaller slices first, then fewer threads.
    ///
    /// @param models bytes that the models themselves take while so many threads read them
    /// @throws MergeException `USAGE` if the memory limit is below the least need
    static Workload of(MergePlan plan, boolean ranks, IntToLongFunction models, Limits limits) throws MergeException {
        int slice = Math.min(limits.sliceElements(), plan.leafElements());
        int experts = plan.inputs().size() - 1;
        long bound = limits.memoryBytes() > 0 ? limits.memoryBytes() : Long.MAX_VALUE;
        int wanted = limits.workers();
        while (peak(experts, wanted, slice, ranks) + models.applyAsLong(wanted) > bound && slice > SMALLEST_SLICE) {
            slice /= 2;
        }
        int fitting = slice;
        IntToLongFunction peak = threads -> peak(experts, threads, fitting, ranks) + models.applyAsLong(threads);
        int threads = limits.fittingWorkers(peak);
        return new Workload(threads, slice, peak.applyAsLong(threads));
    }

    private static long peak(int experts, int threads, int slice, boolean ranks) {
        // Inputs, task vectors and about three arrays a task of a method's own; read, write and copy buffers.
        long arrays = (1 + 5L * experts + 6) * Float.BYTES * slice;
        long buffers = (2L + experts) * ioBytes(slice) + (long) Double.BYTES * slice + COPY_BYTES;
        long histograms = ranks ? 2L * experts * RankHistogram.BINS * Long.BYTES : 0;
        return JVM_BYTES + threads * (arrays + buffers + histograms) + histograms;
    }
}
