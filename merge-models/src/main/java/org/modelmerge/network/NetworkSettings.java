package org.modelmerge.network;

import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// What a network needs to be told beside its weights.
///
/// @param pooling how the vectors of a text's tokens become one; null for the architecture's default
/// @param maxLength the most tokens of a text, special ones included; 0 for as many as the network can read
/// @param config what the model says about itself
public record NetworkSettings(@Nullable Pooling pooling, int maxLength, ModelConfig config) {
    /// The architecture's defaults.
    public static final NetworkSettings DEFAULT = new NetworkSettings(null, 0, ModelConfig.NONE);

    /// How the vectors of a text's tokens become one.
    public enum Pooling {
        /// The mean over all tokens of the text.
        MEAN("mean"),
        /// The first token's vector, `[CLS]`.
        CLS("cls");

        private final String word;

        Pooling(String word) {
            this.word = word;
        }

        /// The pooling with this name in task files.
        ///
        /// @throws MergeException `MALFORMED` if there is none
        public static Pooling named(String name) throws MergeException {
            for (Pooling pooling : values()) {
                if (pooling.word.equals(name)) {
                    return pooling;
                }
            }
            throw MergeException.of(
                    ErrorCode.MALFORMED, "unknown pooling (got " + Printable.text(name) + ", expected mean or cls)");
        }
    }
}
