package org.modelmerge.task;

import java.nio.file.Path;

/// Where the classifier of a task lies: a checkpoint with the tensors `weight`, classes x d, and `bias`, one number a
/// class, their names prefixed.
///
/// @param file a checkpoint, often the expert itself
/// @param prefix stands before `weight` and `bias`; may be empty
public record Head(Path file, String prefix) {}
