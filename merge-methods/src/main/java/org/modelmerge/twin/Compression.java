package org.modelmerge.twin;

import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.engine.DifferenceReader;
import org.modelmerge.error.MergeException;
import org.modelmerge.svd.TruncatedSvd;
import org.modelmerge.svd.Workers;
import org.modelmerge.svd.Workspace;

/// Compresses tensors, one at a time, and writes what is kept. Its arrays serve all of them.
final class Compression {
    private static final int WINDOW = 1 << 16;

    private final TwinMerging method;
    private final Checkpoint shared;
    private final Workspace workspace;
    private final DifferenceReader reader =
            new DifferenceReader("the shared expert's", "to take it from the shared expert");

    /// @param workers threads for one tensor
    Compression(TwinMerging method, Checkpoint shared, Workers workers) {
        this.method = method;
        this.shared = shared;
        this.workspace = new Workspace(workers);
    }

    /// Gives up all arrays.
    void clear() {
        workspace.clear();
    }

    /// How much there was and how much was kept.
    record Outcome(double norm, double energyKept) {
        static Outcome of(double squares, double keptSquares) {
            return new Outcome(Math.sqrt(squares), squares == 0 ? 1 : Math.min(1, keptSquares / squares));
        }
    }

    /// Bytes of arrays while one tensor is compressed, an estimate from above.
    ///
    /// @param threads that work on it
    static long peakBytes(TwinMerging method, PlannedExclusive planned, int threads) {
        long kept = planned.kept().stream().mapToLong(Long::longValue).max().orElse(0);
        long buffers = DifferenceReader.BYTES + ExpertFile.BUFFER_BYTES;
        return switch (planned.form()) {
            case FACTORS ->
                buffers
                        + TruncatedSvd.peakBytes(
                                planned.shape().size(0),
                                PlannedExclusive.columns(planned.shape()),
                                (int) kept,
                                method.svd(),
                                threads);
            case SPARSE -> buffers + Sparsity.BYTES;
            case DENSE, ORACLE -> buffers + 2L * WINDOW * Float.BYTES;
        };
    }

    Outcome run(PlannedExclusive planned, int task, String taskName, Checkpoint expert, ExpertFile file)
            throws MergeException {
        long kept = planned.kept().get(task);
        long key = PlannedExclusive.key(method.seed(), taskName, planned.name());
        return switch (planned.form()) {
            case FACTORS -> factors(planned, (int) kept, key, expert, file);
            case SPARSE -> sparse(planned, kept, key, expert, file);
            case DENSE, ORACLE -> whole(planned, expert, file);
        };
    }

    private Outcome factors(PlannedExclusive planned, int rank, long key, Checkpoint expert, ExpertFile file)
            throws MergeException {
        String name = planned.name();
        int rows = (int) planned.shape().size(0);
        int columns = (int) PlannedExclusive.columns(planned.shape());
        if (rows == 0 || columns == 0) {
            return Outcome.of(0, 0);
        }
        Difference difference = new Difference(expert, shared, name, rows, columns, reader);
        TruncatedSvd svd = TruncatedSvd.of(difference, rank, method.svd(), key, workspace);
        file.write(name + ExclusiveExpert.U, 0, svd.u());
        file.write(name + ExclusiveExpert.VT, 0, svd.vt());
        return Outcome.of(svd.squares(), svd.keptSquares());
    }

    private Outcome sparse(PlannedExclusive planned, long count, long key, Checkpoint expert, ExpertFile file)
            throws MergeException {
        String name = planned.name();
        long elements = planned.shape().elementCount();
        Difference difference = new Difference(expert, shared, name, 1, 1, reader);
        Sparsity.Sink sink = (start, index, value) -> {
            file.write(name + ExclusiveExpert.INDEX, start, index);
            file.write(name + ExclusiveExpert.VALUE, start, value);
        };
        return method.strategy() == Strategy.MAGNITUDE
                ? Sparsity.byMagnitude(difference, elements, count, sink)
                : Sparsity.byChance(difference, elements, method.density(), key, count, sink);
    }

    private Outcome whole(PlannedExclusive planned, Checkpoint expert, ExpertFile file) throws MergeException {
        String name = planned.name();
        Difference difference = new Difference(expert, shared, name, 1, 1, reader);
        long elements = planned.shape().elementCount();
        float[] window = new float[0];
        double squares = 0;
        for (long start = 0; start < elements; start += WINDOW) {
            int count = (int) Math.min(WINDOW, elements - start);
            window = window.length == count ? window : new float[count];
            difference.read(start, window);
            for (float value : window) {
                squares += (double) value * value;
            }
            file.write(name + ExclusiveExpert.DENSE, start, window);
        }
        return Outcome.of(squares, squares);
    }
}
