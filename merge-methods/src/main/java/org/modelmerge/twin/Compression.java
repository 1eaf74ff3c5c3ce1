package org.modelmerge.twin;

import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.error.MergeException;
import org.modelmerge.svd.TruncatedSvd;
import org.modelmerge.svd.Workers;

/// Compresses one tensor of one task and writes what is kept.
final class Compression {
    private static final int WINDOW = 1 << 16;

    private final TwinMerging method;
    private final Checkpoint shared;
    private final Workers workers;

    /// @param workers threads for one tensor
    Compression(TwinMerging method, Checkpoint shared, Workers workers) {
        this.method = method;
        this.shared = shared;
        this.workers = workers;
    }

    /// How much there was and how much was kept.
    record Outcome(double norm, double energyKept) {
        static Outcome of(double squares, double keptSquares) {
            return new Outcome(Math.sqrt(squares), squares == 0 ? 1 : Math.min(1, keptSquares / squares));
        }
    }

    /// Bytes of arrays while one tensor is compressed, an estimate from above.
    static long peakBytes(TwinMerging method, PlannedExclusive planned) {
        long kept = planned.kept().stream().mapToLong(Long::longValue).max().orElse(0);
        return switch (planned.form()) {
            case FACTORS ->
                TruncatedSvd.peakBytes(
                        planned.shape().size(0), PlannedExclusive.columns(planned.shape()), (int) kept, method.svd());
            case SPARSE -> kept * (Long.BYTES + Float.BYTES) + 4L * WINDOW * Float.BYTES;
            case DENSE, ORACLE -> 4L * WINDOW * Float.BYTES;
        };
    }

    Outcome run(PlannedExclusive planned, int task, String taskName, Checkpoint expert, ExpertFile file)
            throws MergeException {
        long kept = planned.kept().get(task);
        long key = PlannedExclusive.key(method.seed(), taskName, planned.name());
        return switch (planned.form()) {
            case FACTORS -> factors(planned, (int) kept, key, expert, file);
            case SPARSE -> sparse(planned, (int) kept, key, expert, file);
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
        Difference difference = new Difference(expert, shared, name, rows, columns);
        TruncatedSvd svd = TruncatedSvd.of(difference, rank, method.svd(), key, workers);
        file.write(name + ExclusiveExpert.U, svd.u());
        file.write(name + ExclusiveExpert.VT, svd.vt());
        return Outcome.of(svd.squares(), svd.keptSquares());
    }

    private Outcome sparse(PlannedExclusive planned, int count, long key, Checkpoint expert, ExpertFile file)
            throws MergeException {
        String name = planned.name();
        long elements = planned.shape().elementCount();
        Difference difference = new Difference(expert, shared, name, 1, 1);
        Sparsity.Kept kept = method.strategy() == Strategy.MAGNITUDE
                ? Sparsity.byMagnitude(difference, elements, count)
                : Sparsity.byChance(difference, elements, method.density(), key, count);
        file.write(name + ExclusiveExpert.INDEX, kept.index());
        file.write(name + ExclusiveExpert.VALUE, kept.value());
        return Outcome.of(kept.squares(), kept.keptSquares());
    }

    private Outcome whole(PlannedExclusive planned, Checkpoint expert, ExpertFile file) throws MergeException {
        String name = planned.name();
        Difference difference = new Difference(expert, shared, name, 1, 1);
        long elements = planned.shape().elementCount();
        double squares = 0;
        for (long start = 0; start < elements; start += WINDOW) {
            float[] window = new float[(int) Math.min(WINDOW, elements - start)];
            difference.read(start, window);
            for (float value : window) {
                squares += (double) value * value;
            }
            file.write(name + ExclusiveExpert.DENSE, start, window);
        }
        return Outcome.of(squares, squares);
    }
}
