package org.modelmerge.adamerging;

import java.util.Locale;

/// What shares a coefficient.
public enum Granularity {
    /// One coefficient per task and tensor; the paper's layer-wise form.
    LAYER,
    /// One coefficient per task.
    TASK;

    /// As in options and files.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
