/// What a merge is worth: answers of models on tasks, accuracies with intervals, and comparisons that are paired on the
/// same items.
@org.jspecify.annotations.NullMarked
package org.modelmerge.evaluation;
