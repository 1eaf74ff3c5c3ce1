package org.modelmerge.task;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// How the network of all tasks is built and fed.
///
/// @param architecture the name of a network, for example `bert`
/// @param pooling used by text encoders
/// @param maxLength tokens a sentence may have, the special ones included; longer sentences are cut
/// @param tokenizer a `tokenizer.json`, or null where the network needs none
/// @param frozen a checkpoint that lends the tensors which the evaluated checkpoint lacks, or null
/// @param source the task file that says so, or null; refusals of what it says name it
public record ModelSettings(
        String architecture,
        Pooling pooling,
        int maxLength,
        @Nullable Path tokenizer,
        @Nullable Path frozen,
        @Nullable Path source) {
    /// The `maxLength` of a file that names none: what BERT was trained with.
    public static final int DEFAULT_MAX_LENGTH = 512;

    /// Settings that come from no file.
    public ModelSettings(
            String architecture, Pooling pooling, int maxLength, @Nullable Path tokenizer, @Nullable Path frozen) {
        this(architecture, pooling, maxLength, tokenizer, frozen, null);
    }

    /// A fault of what the task file says; it names the file if there is one.
    public MergeException fault(ErrorCode code, String problem) {
        return named(MergeException.of(code, problem));
    }

    /// The fault, in the task file if it names no other.
    public MergeException named(MergeException fault) {
        return source == null ? fault : fault.inFile(source.toString());
    }
}
