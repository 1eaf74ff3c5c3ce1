package org.modelmerge.network;

import java.util.concurrent.CancellationException;

/// Lets threads do something one after the other, in the order of their numbers from 0, whoever is ready first.
final class Turns {
    private int next;
    private boolean aborted;

    /// Waits until all lower numbers have ended, does `work`, and ends the turn.
    ///
    /// @throws CancellationException if one of them was aborted
    synchronized void take(int number, Runnable work) throws InterruptedException {
        while (next < number && !aborted) {
            wait();
        }
        if (aborted) {
            throw new CancellationException();
        }
        work.run();
        next = number + 1;
        notifyAll();
    }

    /// Lets nobody wait for a turn that will not come.
    synchronized void abort() {
        aborted = true;
        notifyAll();
    }
}
