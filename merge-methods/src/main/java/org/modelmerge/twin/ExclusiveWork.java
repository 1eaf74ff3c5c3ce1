package org.modelmerge.twin;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.engine.MergeJob;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.UnitPool;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.svd.Workers;
import org.modelmerge.twin.Compression.Outcome;
import org.modelmerge.twin.TwinManifest.Tensor;

/// The second pass of an extraction: every tensor of every task, small ones side by side, large ones one at a time with
/// all threads.
final class ExclusiveWork {
    /// Tensors with more elements than this are worked on one at a time.
    static final long LARGE_ELEMENTS = 4L << 20;

    private final TwinMerging method;
    private final MergeJob job;
    private final Checkpoint shared;
    private final List<ExpertFile> files;
    private final List<PlannedExclusive> tensors;
    private final int threads;
    private final MergeObserver observer;
    private final Outcome[][] outcomes;

    ExclusiveWork(
            TwinMerging method,
            MergeJob job,
            Checkpoint shared,
            List<ExpertFile> files,
            List<PlannedExclusive> tensors,
            int threads,
            MergeObserver observer) {
        this.method = method;
        this.job = job;
        this.shared = shared;
        this.files = files;
        this.tensors = tensors;
        this.threads = threads;
        this.observer = observer;
        this.outcomes = new Outcome[tensors.size()][files.size()];
    }

    private record Unit(int tensor, int task) {}

    List<Tensor> run() throws MergeException {
        long bytes = 0;
        List<Unit> small = new ArrayList<>();
        List<Unit> large = new ArrayList<>();
        for (int tensor = 0; tensor < tensors.size(); tensor++) {
            long elements = tensors.get(tensor).shape().elementCount();
            for (int task = 0; task < files.size(); task++) {
                (elements > LARGE_ELEMENTS ? large : small).add(new Unit(tensor, task));
                bytes += bytes(tensor);
            }
        }
        small.sort(Comparator.comparing(this::shape));
        large.sort(Comparator.comparing(this::shape));
        observer.passStarted("exclusive experts", 2, 2, bytes);
        Compression alone = new Compression(method, shared, new Workers(threads));
        for (Unit unit : large) {
            work(alone, unit);
        }
        alone.clear();
        List<UnitPool.Worker> _ = new UnitPool(threads).run(small.size(), () -> {
            Compression together = new Compression(method, shared, Workers.NONE);
            return unit -> work(together, small.get(unit));
        });
        return results();
    }

    /// Tensors of one shape follow one another, so that each thread changes its arrays as seldom as can be.
    private String shape(Unit unit) {
        PlannedExclusive planned = tensors.get(unit.tensor());
        return planned.form() + " " + planned.shape();
    }

    private long bytes(int tensor) {
        return 2L * Float.BYTES * tensors.get(tensor).shape().elementCount();
    }

    private void work(Compression compression, Unit unit) throws MergeException {
        PlannedExclusive planned = tensors.get(unit.tensor());
        String task = job.plan().tasks().get(unit.task());
        Checkpoint expert = job.inputs().get(unit.task() + 1);
        Outcome outcome = compression.run(planned, unit.task(), task, expert, files.get(unit.task()));
        synchronized (this) {
            outcomes[unit.tensor()][unit.task()] = outcome;
            observer.bytesRead(bytes(unit.tensor()));
            if (observer.isCancelled()) {
                throw MergeException.of(ErrorCode.CANCELLED, "cancelled");
            }
        }
    }

    private List<Tensor> results() {
        List<Tensor> results = new ArrayList<>();
        for (int tensor = 0; tensor < tensors.size(); tensor++) {
            List<Double> norms = new ArrayList<>();
            List<Double> energies = new ArrayList<>();
            for (Outcome outcome : outcomes[tensor]) {
                norms.add(outcome.norm());
                energies.add(outcome.energyKept());
            }
            PlannedExclusive planned = tensors.get(tensor);
            results.add(new Tensor(planned.name(), planned.shape(), planned.form(), planned.kept(), norms, energies));
        }
        return results;
    }
}
