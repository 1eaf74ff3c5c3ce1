package org.modelmerge.learning;

import org.modelmerge.adamerging.LearningTrace;

/// Hears how learning goes on, and may stop it.
public interface LearningObserver {
    /// Hears nothing and never stops.
    LearningObserver NONE = new LearningObserver() {};

    /// Learning begins, or goes on where an interrupted run was.
    ///
    /// @param done steps that were made before
    /// @param steps all steps
    default void started(int done, int steps) {}

    /// A step was made.
    ///
    /// @param done steps that were made, this one included
    /// @param step what it saw
    default void stepped(int done, LearningTrace.Step step) {}

    /// Asked before each step; true ends learning with `CANCELLED`.
    default boolean isCancelled() {
        return false;
    }
}
