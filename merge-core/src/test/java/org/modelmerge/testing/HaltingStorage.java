package org.modelmerge.testing;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.MergeException;

/// A storage that ends the JVM at its N-th call that changes files, as SIGKILL would: no hooks, no `finally`.
///
/// For child JVMs that a test starts.
public final class HaltingStorage extends InterceptedStorage {
    /// The exit code of a JVM that was halted.
    public static final int EXIT_CODE = 137;

    private final Moment moment;
    private final int haltAt;
    private final AtomicInteger calls = new AtomicInteger();

    /// When to halt.
    public enum Moment {
        BEFORE,
        HALFWAY,
        AFTER
    }

    /// @param haltAt 1 for the first call
    public HaltingStorage(Storage inner, Moment moment, int haltAt) {
        super(inner);
        this.moment = moment;
        this.haltAt = haltAt;
    }

    @Override
    protected <T extends @Nullable Object> T around(StorageCall call, Operation<T> operation) throws MergeException {
        if (!call.changesFiles() || calls.incrementAndGet() != haltAt) {
            return operation.run();
        }
        switch (moment) {
            case BEFORE -> {}
            case HALFWAY -> operation.runHalf();
            case AFTER -> operation.run();
        }
        Runtime.getRuntime().halt(EXIT_CODE);
        throw new IllegalStateException("halted");
    }
}
