package org.modelmerge.svd;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Threads for the parts of one computation; which thread takes which part never changes a result.
///
/// @param threads how many, at least 1
public record Workers(int threads) {
    /// Everything on the calling thread.
    public static final Workers NONE = new Workers(1);

    public Workers {
        if (threads < 1) {
            throw new IllegalArgumentException("threads " + threads);
        }
    }

    /// Runs all parts and waits for them.
    ///
    /// @param part gets the numbers from 0 to `count - 1`, each once, on several threads at a time
    void run(int count, IntConsumer part) {
        int helpers = Math.min(threads, count) - 1;
        if (helpers < 1) {
            for (int k = 0; k < count; k++) {
                part.accept(k);
            }
            return;
        }
        Shift shift = new Shift(count, part);
        List<Thread> started = new ArrayList<>();
        for (int k = 0; k < helpers; k++) {
            Thread thread = new Thread(shift::work, "modelmerge-svd-" + (k + 1));
            thread.setDaemon(true);
            thread.start();
            started.add(thread);
        }
        shift.work();
        boolean interrupted = false;
        for (Thread thread : started) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        shift.throwFailure();
    }

    private static final class Shift {
        private final int count;
        private final IntConsumer part;
        private final AtomicInteger next = new AtomicInteger();
        private @Nullable Throwable failure;

        Shift(int count, IntConsumer part) {
            this.count = count;
            this.part = part;
        }

        void work() {
            try {
                for (int k = next.getAndIncrement(); k < count; k = next.getAndIncrement()) {
                    part.accept(k);
                }
            } catch (RuntimeException | Error e) {
                next.set(count);
                keep(e);
            }
        }

        private synchronized void keep(Throwable e) {
            if (failure == null) {
                failure = e;
            }
        }

        synchronized void throwFailure() {
            switch (failure) {
                case null -> {}
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new IllegalStateException(failure);
            }
        }
    }
}
