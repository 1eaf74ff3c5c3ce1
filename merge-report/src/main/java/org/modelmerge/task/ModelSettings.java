package org.modelmerge.task;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// How the network of all tasks is built and fed.
///
/// @param architecture the name of a network, for example `bert`
/// @param pooling used by text encoders
/// @param maxLength tokens a sentence may have, the special ones included; longer sentences are cut
/// @param tokenizer a `tokenizer.json`, or null where the network needs none
/// @param frozen a checkpoint that lends the tensors which the evaluated checkpoint lacks, or null
public record ModelSettings(
        String architecture,
        Pooling pooling,
        int maxLength,
        @Nullable Path tokenizer,
        @Nullable Path frozen) {
    /// The `maxLength` of a file that names none: what BERT was trained with.
    public static final int DEFAULT_MAX_LENGTH = 512;
}
