package org.modelmerge.routing;

import java.util.List;

/// What `router.json` says: what a router reads, what its outputs mean, which shared expert it belongs to, and how it
/// was trained.
///
/// @param architecture of the shared expert, as task files name it
/// @param features what the router reads of an input
/// @param labels the experts in the order of its outputs, the tasks of the Twin folder
/// @param sharedSha256 of the shared expert's file: features of another one mean something else
/// @param settings of the training
/// @param trainCount examples that it learned from, per task
/// @param validationCount examples that its best epoch was chosen by, per task
/// @param bestEpoch from 1
/// @param accuracy share of validation examples that it assigns to their own task
public record RouterCard(
        String architecture,
        FeatureRule features,
        List<String> labels,
        String sharedSha256,
        RouterSettings settings,
        List<Long> trainCount,
        List<Long> validationCount,
        int bestEpoch,
        double accuracy) {
    /// Copies the lists.
    public RouterCard {
        labels = List.copyOf(labels);
        trainCount = List.copyOf(trainCount);
        validationCount = List.copyOf(validationCount);
    }
}
