package org.modelmerge.adamerging;

/// What shares a coefficient.
public enum Granularity {
    /// One coefficient per task and tensor; the paper's layer-wise form.
    LAYER,
    /// One coefficient per task.
    TASK
}
