package org.modelmerge.network;

import org.modelmerge.data.ImageBatch;

/// What a network computes features of in one go.
public sealed interface Batch {
    /// The number of items.
    int count();

    /// Texts as token numbers, special tokens included, in any lengths.
    ///
    /// @param tokens `[count][tokens of the text]`, not copied
    record Tokens(long[][] tokens) implements Batch {
        @Override
        public int count() {
            return tokens.length;
        }

        /// The most tokens of a text.
        int longest() {
            int longest = 0;
            for (long[] text : tokens) {
                longest = Math.max(longest, text.length);
            }
            return longest;
        }
    }

    /// Images of one size.
    record Images(ImageBatch images) implements Batch {
        @Override
        public int count() {
            return images.count();
        }
    }
}
