package org.modelmerge.testing;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// A storage whose N-th call of a kind fails, once or from then on.
///
/// A failing read or write has moved half of its bytes before. Closing never fails.
public final class FaultyStorage extends InterceptedStorage {
    private final Fault fault;
    private final int failAt;
    private final boolean forever;
    private final AtomicInteger calls = new AtomicInteger();

    private volatile @Nullable StorageCall failed;

    /// What fails, and how.
    public enum Fault {
        /// Any call, with an I/O error.
        ERROR(ErrorCode.IO, "Input/output error", EnumSet.allOf(StorageCall.class)),
        /// Reading an input: it ends early.
        SHORT_READ(ErrorCode.CHANGED, "the file ended early", EnumSet.of(StorageCall.SOURCE_READ)),
        /// Whatever takes space.
        NO_SPACE(
                ErrorCode.NO_SPACE,
                "no space left on device",
                EnumSet.of(StorageCall.CREATE, StorageCall.CREATE_FOLDER, StorageCall.LINK, StorageCall.SINK_WRITE)),
        /// Forcing files and folders.
        FORCE(
                ErrorCode.IO,
                "cannot force to the device: Input/output error",
                EnumSet.of(StorageCall.SINK_FORCE, StorageCall.FORCE_FOLDER));

        private final ErrorCode code;
        private final String problem;
        private final Set<StorageCall> calls;

        Fault(ErrorCode code, String problem, Set<StorageCall> calls) {
            this.code = code;
            this.problem = problem;
            this.calls = calls;
        }

        /// The code of the exception.
        public ErrorCode code() {
            return code;
        }
    }

    private FaultyStorage(Storage inner, Fault fault, int failAt, boolean forever) {
        super(inner);
        this.fault = fault;
        this.failAt = failAt;
        this.forever = forever;
    }

    /// Fails at one call and works again after it.
    ///
    /// @param failAt 1 for the first call that the fault concerns
    public static FaultyStorage once(Storage inner, Fault fault, int failAt) {
        return new FaultyStorage(inner, fault, failAt, false);
    }

    /// Fails at one call and at all that follow.
    ///
    /// @param failAt 1 for the first call that the fault concerns
    public static FaultyStorage from(Storage inner, Fault fault, int failAt) {
        return new FaultyStorage(inner, fault, failAt, true);
    }

    /// The call that failed first, or null if none did.
    public @Nullable StorageCall failed() {
        return failed;
    }

    @Override
    protected <T extends @Nullable Object> T around(StorageCall call, Operation<T> operation) throws MergeException {
        if (fault.calls.contains(call)) {
            int number = calls.incrementAndGet();
            if (number == failAt || (forever && number > failAt)) {
                failed = failed == null ? call : failed;
                operation.runHalf();
                throw MergeException.of(fault.code, fault.problem + " (injected at call " + number + ", " + call + ")");
            }
        }
        return operation.run();
    }
}
