package org.modelmerge.network;

import java.util.List;
import org.modelmerge.data.ImageBatch;

/// What a network computes features of in one go.
public sealed interface Batch {
    /// The number of items.
    int count();

    /// One item of several batches.
    ///
    /// @param item its place in the batch
    record Item(Batch batch, int item) {}

    /// A batch of single items, copied where they are pixels.
    ///
    /// @param items at least one, all texts or all images of one size
    static Batch of(List<Item> items) {
        return switch (items.getFirst().batch()) {
            case Tokens _ -> {
                long[][] tokens = new long[items.size()][];
                for (int i = 0; i < tokens.length; i++) {
                    tokens[i] = ((Tokens) items.get(i).batch())
                            .tokens()[items.get(i).item()];
                }
                yield new Tokens(tokens);
            }
            case Images(ImageBatch first) -> {
                int imageBytes = first.imageBytes();
                byte[] pixels = new byte[items.size() * imageBytes];
                for (int i = 0; i < items.size(); i++) {
                    ImageBatch source = ((Images) items.get(i).batch()).images();
                    System.arraycopy(
                            source.pixels(), items.get(i).item() * imageBytes, pixels, i * imageBytes, imageBytes);
                }
                yield new Images(new ImageBatch(items.size(), first.height(), first.width(), first.channels(), pixels));
            }
        };
    }

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
