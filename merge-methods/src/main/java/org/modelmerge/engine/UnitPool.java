package org.modelmerge.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.MergeException;

/// Hands unit indices to worker threads in ascending order.
///
/// When a unit fails, no later unit begins, but earlier ones finish: so the failure that is reported is the first one
/// in unit order, whatever the threads do.
public final class UnitPool {
    private final int threads;

    /// @param threads how many threads share the work, the calling one among them; at least 1
    public UnitPool(int threads) {
        this.threads = threads;
    }

    /// What one thread does with its units.
    @FunctionalInterface
    public interface Worker {
        /// Works on one unit.
        void work(int unit) throws MergeException;
    }

    /// Makes a worker, in the thread that will use it.
    @FunctionalInterface
    public interface WorkerFactory<W extends Worker> {
        /// The worker.
        W create() throws MergeException;
    }

    /// Works on units 0 to `count - 1`.
    ///
    /// @return the workers, in no particular order
    /// @throws MergeException the failure of the lowest unit
    public <W extends Worker> List<W> run(int count, WorkerFactory<W> factory) throws MergeException {
        Shift<W> shift = new Shift<>(count, factory);
        int helpers = Math.min(threads, count) - 1;
        List<Thread> started = new ArrayList<>();
        for (int k = 0; k < helpers; k++) {
            Thread thread = new Thread(shift::work, "modelmerge-worker-" + (k + 1));
            thread.setDaemon(true);
            thread.start();
            started.add(thread);
        }
        shift.work();
        for (Thread thread : started) {
            joinFully(thread);
        }
        shift.throwFailure();
        return shift.workers;
    }

    private static void joinFully(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Shift<W extends Worker> {
        private final int count;
        private final WorkerFactory<W> factory;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger firstFailed = new AtomicInteger(Integer.MAX_VALUE);
        private final List<W> workers = new ArrayList<>();
        private @Nullable Throwable failure;
        private int failedUnit = Integer.MAX_VALUE;

        Shift(int count, WorkerFactory<W> factory) {
            this.count = count;
            this.factory = factory;
        }

        void work() {
            int unit = -1;
            try {
                W worker = factory.create();
                synchronized (this) {
                    workers.add(worker);
                }
                for (unit = next.getAndIncrement(); unit < count; unit = next.getAndIncrement()) {
                    if (unit > firstFailed.get()) {
                        return;
                    }
                    worker.work(unit);
                }
            } catch (MergeException | RuntimeException | Error e) {
                fail(unit, e);
            }
        }

        private synchronized void fail(int unit, Throwable e) {
            if (unit < failedUnit) {
                failedUnit = unit;
                failure = e;
                firstFailed.set(unit);
            }
        }

        synchronized void throwFailure() throws MergeException {
            switch (failure) {
                case null -> {}
                case MergeException e -> throw e;
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new IllegalStateException(failure);
            }
        }
    }
}
