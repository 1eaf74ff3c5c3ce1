package org.modelmerge.engine;

/// Hears how a merge goes on, and may stop it. Called by several threads, never at the same time.
public interface MergeObserver {
    /// Hears nothing and never stops.
    MergeObserver NONE = new MergeObserver() {};

    /// A pass begins.
    ///
    /// @param name what the pass measures
    /// @param number counted from 1
    /// @param expected the usual number of passes
    /// @param bytes how many bytes it will read
    default void passStarted(String name, int number, int expected, long bytes) {}

    /// Some more bytes of the pass were read.
    default void bytesRead(long bytes) {}

    /// Asked between slices; true ends the merge with `CANCELLED`.
    default boolean isCancelled() {
        return false;
    }
}
