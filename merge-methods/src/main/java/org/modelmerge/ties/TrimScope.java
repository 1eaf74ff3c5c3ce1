package org.modelmerge.ties;

/// Over what the kept share is counted.
public enum TrimScope {
    /// Over all merged elements of a task, as the authors do.
    MODEL,
    /// Inside each tensor.
    TENSOR
}
