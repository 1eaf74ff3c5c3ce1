package org.modelmerge.pcb;

/// What to do with a task whose normalisation divides by 0: all its magnitudes, or all its balanced scores, are equal.
public enum Degenerate {
    /// Refuse, naming the task.
    FAIL,
    /// Merge as if the expert had not been given.
    SKIP_TASK,
    /// Give the official result: NaN in every element.
    NAN
}
