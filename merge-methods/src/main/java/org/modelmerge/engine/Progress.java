package org.modelmerge.engine;

import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// Counts bytes and passes, and hands them to the observer, one call at a time.
final class Progress {
    private final MergeObserver observer;
    private final int expectedPasses;
    private int pass;
    private long bytesRead;

    Progress(MergeObserver observer, int expectedPasses) {
        this.observer = observer;
        this.expectedPasses = expectedPasses;
    }

    synchronized void startPass(String name, long bytes) {
        pass++;
        observer.passStarted(name, pass, Math.max(pass, expectedPasses), bytes);
    }

    synchronized void read(long bytes) throws MergeException {
        bytesRead += bytes;
        observer.bytesRead(bytes);
        if (observer.isCancelled()) {
            throw MergeException.of(ErrorCode.CANCELLED, "cancelled");
        }
    }

    synchronized long bytesRead() {
        return bytesRead;
    }
}
