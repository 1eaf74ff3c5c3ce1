package org.modelmerge.evaluation;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.modelmerge.engine.ResultTensors;

/// A merged model that no file holds.
///
/// @param name what messages call it
/// @param tensors its weights; usable as long as the model is asked
/// @param folder where the base's `config.json` may lie, null if the base is no folder
public record MergedModel(
        String name, ResultTensors tensors, @Nullable Path folder) {}
