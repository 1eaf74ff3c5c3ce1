package org.modelmerge.task;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One classification task.
///
/// @param name unique in its file
/// @param head the classifier; null if the network has its own
/// @param labels the classes in the order of the head's rows; empty if the file does not say: then integers count as
///     they are, and other labels by the distinct strings of the data in code-point order
/// @param test what accuracy is measured on
/// @param validation what choices are made on, or null
/// @param unlabelled what may be learned from without labels; if the file does not say, the inputs of `test`
/// @param train what a router may learn from, without the rows that `validation` names in the same file; or null
public record Task(
        String name,
        @Nullable Head head,
        List<String> labels,
        TaskData test,
        @Nullable TaskData validation,
        TaskData unlabelled,
        @Nullable TaskData train) {
    /// Copies the list.
    public Task {
        labels = List.copyOf(labels);
    }

    /// Whether some of what may be learned from is what accuracy is measured on: the protocol is transductive then.
    public boolean isTransductive() {
        return unlabelled.file().equals(test.file()) && unlabelled.rows().overlaps(test.rows());
    }
}
