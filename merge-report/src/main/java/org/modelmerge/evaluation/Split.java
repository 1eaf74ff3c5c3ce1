package org.modelmerge.evaluation;

/// Which part of a task's data.
public enum Split {
    /// What accuracy is measured on.
    TEST,
    /// What choices are made on.
    VALIDATION,
    /// What may be learned from without labels.
    UNLABELLED,
    /// What may be learned from.
    TRAIN
}
