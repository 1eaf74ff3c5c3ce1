package org.modelmerge.network;

import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// Threads that compute batches side by side, each batch in one thread.
///
/// libtorch would rather split every operation among threads that wait for each other, spinning. A batch a
/// thread needs no waiting, so it loses little when the machine has other work, and a batch has the same bits
/// whatever the number of threads.
final class BatchWorkers implements AutoCloseable {
    private static final int LONGEST_BATCH_SECONDS = 60;

    private final ExecutorService threads;
    private final Thread endAtExit = new Thread(this::endBeforeExit, "network-end");

    BatchWorkers(int count) {
        threads = Executors.newFixedThreadPool(count, work -> {
            Thread thread = new Thread(
                    () -> {
                        // OpenMP keeps this number per thread.
                        JniUtils.setNumThreads(1);
                        work.run();
                    },
                    "network");
            thread.setDaemon(true);
            return thread;
        });
        try {
            Runtime.getRuntime().addShutdownHook(endAtExit);
        } catch (IllegalStateException _) {
            // The process is ending; nothing will be computed.
        }
    }

    /// A process that exits takes libtorch's memory away from threads that still compute in it, which would end in a
    /// crash instead of the exit code of the signal. A batch ends soon.
    private void endBeforeExit() {
        threads.shutdownNow();
        try {
            boolean _ = threads.awaitTermination(LONGEST_BATCH_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Runs all tasks and returns their results in the order of the tasks; after a failure no further task
    /// starts.
    ///
    /// @throws MergeException what a failing task threw, or `CANCELLED` if this thread was interrupted
    <T> List<T> run(List<Callable<T>> tasks) throws MergeException {
        AtomicReference<@Nullable Throwable> firstFailure = new AtomicReference<>();
        List<Callable<T>> guarded = new ArrayList<>();
        for (Callable<T> task : tasks) {
            guarded.add(() -> unlessFailed(task, firstFailure));
        }
        try {
            List<Future<T>> futures = threads.invokeAll(guarded);
            Throwable failure = firstFailure.get();
            if (failure != null) {
                throw asOurs(failure);
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.resultNow());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw MergeException.of(ErrorCode.CANCELLED, "interrupted", e);
        }
    }

    private static <T> T unlessFailed(Callable<T> task, AtomicReference<@Nullable Throwable> firstFailure)
            throws Exception {
        if (firstFailure.get() != null) {
            throw new CancellationException();
        }
        try {
            return task.call();
        } catch (Exception | Error e) {
            firstFailure.compareAndSet(null, e);
            throw e;
        }
    }

    private static MergeException asOurs(Throwable failure) {
        return switch (failure) {
            case MergeException reason -> reason;
            case RuntimeException bug -> throw bug;
            case Error error -> throw error;
            default -> throw new IllegalStateException(failure);
        };
    }

    /// Waits for tasks that still run after an interrupt.
    @Override
    public void close() {
        try {
            boolean _ = Runtime.getRuntime().removeShutdownHook(endAtExit);
        } catch (IllegalStateException _) {
            // The process is ending: the hook runs already.
        }
        threads.close();
    }
}
