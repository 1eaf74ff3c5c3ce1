package org.modelmerge.ties;

/// How TIES combines the values that agree with the elected sign.
public enum MergeFunction {
    /// Their mean; the authors' default.
    MEAN,
    /// Their sum.
    SUM,
    /// The one of largest magnitude.
    MAX
}
