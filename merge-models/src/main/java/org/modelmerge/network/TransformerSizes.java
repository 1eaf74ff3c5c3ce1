package org.modelmerge.network;

import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// Sizes of transformers that no tensor shows.
final class TransformerSizes {
    private TransformerSizes() {}

    /// The number of attention heads: what the configuration says, else `d / usual`.
    ///
    /// @param usual elements of a head in the family's published models
    /// @throws MergeException `MISMATCH` if they do not divide d
    static int headCount(ModelConfig config, int d, int usual) throws MergeException {
        int heads = config.count("num_attention_heads", Math.max(1, d / usual));
        if (d % heads != 0) {
            throw MergeException.of(
                            ErrorCode.MISMATCH,
                            "the attention heads do not divide the width (got " + heads + " heads and width " + d
                                    + ", expected a divisor)")
                    .withHint("config.json in the model's folder states num_attention_heads");
        }
        return heads;
    }

    /// The most tokens of a text: what was asked for, else what the network has positions for, at most 512.
    ///
    /// @throws MergeException `MISMATCH` if more is asked for than there are positions
    static int longest(int asked, int positions) throws MergeException {
        if (asked > positions) {
            throw MergeException.of(
                    ErrorCode.MISMATCH,
                    "max-length is larger than the network's positions (got " + asked + ", expected at most "
                            + positions + ")");
        }
        return asked == 0 ? Math.min(positions, 512) : asked;
    }
}
