package org.modelmerge.engine;

import org.modelmerge.engine.MergeRequest.Limits;
import org.modelmerge.error.ErrorCode;
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
    private static final long JVM_BYTES = 60L << 20;

    /// Bytes of a buffer for reading or writing a model: some slices, since few large calls cost the system less than
    /// many small ones, and so few that they stay in the processor's caches.
    static int ioBytes(int sliceElements) {
        return Math.multiplyExact(SLICES_AT_ONCE * Short.BYTES, sliceElements);
    }

    /// Fits the limits: fewer threads first, then smaller slices.
    ///
    /// @throws MergeException `USAGE` if the memory limit is below the least need
    static Workload of(MergePlan plan, boolean ranks, Limits limits) throws MergeException {
        int threads =
                limits.threads() > 0 ? limits.threads() : Runtime.getRuntime().availableProcessors();
        int slice = Math.min(limits.sliceElements(), plan.leafElements());
        int experts = plan.inputs().size() - 1;
        long bound = limits.memoryBytes() > 0 ? limits.memoryBytes() : Long.MAX_VALUE;
        while (peak(experts, threads, slice, ranks) > bound && slice > SMALLEST_SLICE) {
            slice /= 2;
        }
        while (peak(experts, threads, slice, ranks) > bound && threads > 1) {
            threads--;
        }
        long peak = peak(experts, threads, slice, ranks);
        if (peak > bound) {
            throw MergeException.of(
                    ErrorCode.USAGE,
                    "--max-memory is too small (got " + bound + " bytes, expected at least " + peak + ")");
        }
        return new Workload(threads, slice, peak);
    }

    private static long peak(int experts, int threads, int slice, boolean ranks) {
        // Inputs, task vectors and about three arrays a task of a method's own; read, write and copy buffers.
        long arrays = (1 + 5L * experts + 6) * Float.BYTES * slice;
        long buffers = (2L + experts) * ioBytes(slice) + (long) Double.BYTES * slice + COPY_BYTES;
        long histograms = ranks ? 2L * experts * RankHistogram.BINS * Long.BYTES : 0;
        return JVM_BYTES + threads * (arrays + buffers + histograms) + histograms;
    }
}
