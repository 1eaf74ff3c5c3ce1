package org.modelmerge.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// Texts of a batch padded to the longest, and what keeps the padding out of the result.
///
/// @param tokens `[n][tokens of the text]`
/// @param length tokens of the longest text
/// @param padded whether a text is shorter than the longest
record TokenGrid(long[][] tokens, int length, boolean padded) {
    /// Lays out a batch.
    ///
    /// @throws MergeException `MISMATCH` for a text of no tokens, or of more than the network has positions for
    static TokenGrid of(Batch.Tokens texts, int longest) throws MergeException {
        int length = texts.longest();
        boolean padded = false;
        for (long[] text : texts.tokens()) {
            if (text.length == 0 || text.length > longest) {
                throw MergeException.of(
                        ErrorCode.MISMATCH,
                        "wrong number of tokens in a text (got " + text.length + ", expected 1 to " + longest + ")");
            }
            padded |= text.length < length;
        }
        return new TokenGrid(texts.tokens(), length, padded);
    }

    /// Token numbers [n, length]; padding is token 0, whatever that is.
    NDArray numbers(BatchMemory memory) {
        return memory.longs(new Shape(tokens.length, length), buffer -> {
            for (long[] text : tokens) {
                for (int j = 0; j < length; j++) {
                    buffer.putLong(j < text.length ? text[j] : 0);
                }
            }
        });
    }

    /// What attention adds to its scores, [n, 1, 1, length]: 0, or minus infinity for padding. Null if there is
    /// none.
    @Nullable
    NDArray scoreMask(BatchMemory memory) {
        return padded
                ? memory.floats(
                        new Shape(tokens.length, 1, 1, length), buffer -> fill(buffer, 0, Float.NEGATIVE_INFINITY))
                : null;
    }

    /// The mean over the tokens of each text, padding left out.
    ///
    /// @param x [n, length, d]
    NDArray mean(BatchMemory memory, NDArray x) {
        if (!padded) {
            return x.mean(new int[] {1});
        }
        NDArray isToken = memory.floats(new Shape(tokens.length, length, 1), buffer -> fill(buffer, 1, 0));
        NDArray counts = memory.floats(new Shape(tokens.length, 1), buffer -> {
            for (long[] text : tokens) {
                buffer.putFloat(text.length);
            }
        });
        return x.mul(isToken).sum(new int[] {1}).div(counts);
    }

    private void fill(ByteBuffer buffer, float token, float padding) {
        for (long[] text : tokens) {
            for (int j = 0; j < length; j++) {
                buffer.putFloat(j < text.length ? token : padding);
            }
        }
    }
}
