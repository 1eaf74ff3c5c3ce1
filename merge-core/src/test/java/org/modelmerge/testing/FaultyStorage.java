package org.modelmerge.testing;

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
        ERROR(ErrorCode.IO, "Input/output error"),
        /// Reading an input: it ends early.
        SHORT_READ(ErrorCode.CHANGED, "the file ended early"),
        /// Whatever takes space.
        NO_SPACE(ErrorCode.NO_SPACE, "no space left on device"),
        /// Forcing files and folders.
        FORCE(ErrorCode.IO, "cannot force to the device: Input/output error");

        private final ErrorCode code;
        private final String problem;

        Fault(ErrorCode code, String problem) {
            this.code = code;
            this.problem = problem;
        }

        private boolean concerns(StorageCall call) {
            return switch (this) {
                case ERROR -> true;
                case SHORT_READ -> call == StorageCall.SOURCE_READ;
                case NO_SPACE ->
                    switch (call) {
                        case CREATE, CREATE_FOLDER, LINK, SINK_WRITE -> true;
                        default -> false;
                    };
                case FORCE -> call == StorageCall.SINK_FORCE || call == StorageCall.FORCE_FOLDER;
            };
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
        if (fault.concerns(call)) {
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
