package org.modelmerge.evaluation;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// A process that does not outlive ours, with all processes that it has started.
final class ChildProcess implements AutoCloseable {
    /// How long a process may take to end by itself.
    static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Thread killAtExit = new Thread(this::kill, "modelmerge-child-kill");
    private @Nullable Process process;
    private boolean killed;

    /// Starts a command. The hook is in place before, and both take the same lock, so that a signal finds the process
    /// whenever it comes.
    ///
    /// @throws IOException if the command cannot be started
    /// @throws MergeException `CANCELLED` if our process is ending
    Process start(List<String> command) throws IOException, MergeException {
        try {
            Runtime.getRuntime().addShutdownHook(killAtExit);
        } catch (IllegalStateException e) {
            throw MergeException.of(ErrorCode.CANCELLED, "the process is ending", e);
        }
        synchronized (this) {
            if (killed) {
                throw MergeException.of(ErrorCode.CANCELLED, "the process is ending");
            }
            Process started = new ProcessBuilder(command).start();
            process = started;
            return started;
        }
    }

    private synchronized void kill() {
        killed = true;
        if (process == null) {
            return;
        }
        List<ProcessHandle> alive = new ArrayList<>(process.descendants().toList());
        alive.add(process.toHandle());
        alive.removeIf(handle -> !handle.isAlive());
        alive.forEach(ProcessHandle::destroy);
        for (ProcessHandle handle : alive) {
            try {
                handle.onExit().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                handle.destroyForcibly();
            } catch (ExecutionException | TimeoutException _) {
                handle.destroyForcibly();
            }
        }
    }

    /// Kills what is still running.
    @Override
    public void close() {
        kill();
        try {
            Runtime.getRuntime().removeShutdownHook(killAtExit);
        } catch (IllegalStateException _) {
            // Our process is ending, and the hook is at work.
        }
    }
}
