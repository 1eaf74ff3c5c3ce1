package org.modelmerge.network;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.data.IdxImages;
import org.modelmerge.data.ImageBatch;
import org.modelmerge.data.TextRow;
import org.modelmerge.data.TsvReader;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.CounterRandom;
import org.modelmerge.task.TaskData;

/// The inputs of a task in memory, to draw batches from.
sealed interface UnlabelledSamples {
    /// More is no set of samples but a mistake in the task file.
    long LARGEST_BYTES = 1L << 30;

    /// The number of samples.
    int count();

    /// How much work a sample is; only the order counts.
    int length(int sample);

    /// Folds all samples in.
    void digest(MessageDigest digest);

    /// Draws samples as the first of a fresh shuffle, in its order; all if there are no more.
    ///
    /// @param stream numbers of different streams have nothing to do with each other
    default List<Integer> draw(long seed, long stream, int most) {
        int wanted = Math.min(count(), most);
        CounterRandom random = new CounterRandom(seed, stream);
        List<Integer> drawn = new ArrayList<>(wanted);
        // The first entries of a Fisher-Yates shuffle; only what was moved is kept.
        Map<Integer, Integer> moved = new HashMap<>();
        for (int k = 0; k < wanted; k++) {
            int chosen = k + (int) (random.uniform() * (count() - k));
            drawn.add(moved.getOrDefault(chosen, chosen));
            moved.put(chosen, moved.getOrDefault(k, k));
        }
        return drawn;
    }

    /// Texts as token numbers.
    record Texts(List<long[]> tokens) implements UnlabelledSamples {
        private static final int WINDOW = 4096;

        static Texts read(TaskData.Text data, TextTokenizer tokenizer) throws MergeException {
            List<long[]> tokens = new ArrayList<>();
            long bytes = 0;
            try (TsvReader reader = TsvReader.open(data.file(), data.text(), null, data.rows()::contains)) {
                List<String> window = new ArrayList<>();
                TextRow row;
                do {
                    row = reader.next();
                    if (row != null) {
                        window.add(row.text());
                    }
                    if (!window.isEmpty() && (row == null || window.size() == WINDOW)) {
                        for (long[] text : tokenizer.encode(window)) {
                            bytes = limited(bytes + (long) text.length * Long.BYTES);
                            tokens.add(text);
                        }
                        window.clear();
                    }
                } while (row != null);
            }
            requireSome(tokens.size());
            return new Texts(tokens);
        }

        @Override
        public int count() {
            return tokens.size();
        }

        @Override
        public int length(int sample) {
            return tokens.get(sample).length;
        }

        @Override
        public void digest(MessageDigest digest) {
            for (long[] text : tokens) {
                ByteBuffer bytes = ByteBuffer.allocate((text.length + 1) * Long.BYTES);
                bytes.putLong(text.length);
                for (long token : text) {
                    bytes.putLong(token);
                }
                digest.update(bytes.flip());
            }
        }
    }

    /// Images of one size.
    ///
    /// @param form any of them, for the sizes
    /// @param pixels each image's bytes
    record Images(ImageBatch form, List<byte[]> pixels) implements UnlabelledSamples {
        private static final int WINDOW = 256;

        static Images read(TaskData.Images data) throws MergeException {
            List<byte[]> pixels = new ArrayList<>();
            ImageBatch form = new ImageBatch(0, 1, 1, 1, new byte[0]);
            long bytes = 0;
            try (IdxImages images = IdxImages.open(data.images(), data.rows()::contains)) {
                for (ImageBatch some = images.next(WINDOW); some != null; some = images.next(WINDOW)) {
                    form = new ImageBatch(0, some.height(), some.width(), some.channels(), new byte[0]);
                    for (int i = 0; i < some.count(); i++) {
                        bytes = limited(bytes + some.imageBytes());
                        byte[] image = new byte[some.imageBytes()];
                        System.arraycopy(some.pixels(), i * image.length, image, 0, image.length);
                        pixels.add(image);
                    }
                }
            }
            requireSome(pixels.size());
            return new Images(form, pixels);
        }

        @Override
        public int count() {
            return pixels.size();
        }

        /// Images as one batch.
        Batch batch(List<Integer> samples) {
            int size = form.imageBytes();
            byte[] together = new byte[samples.size() * size];
            for (int i = 0; i < samples.size(); i++) {
                System.arraycopy(pixels.get(samples.get(i)), 0, together, i * size, size);
            }
            return new Batch.Images(
                    new ImageBatch(samples.size(), form.height(), form.width(), form.channels(), together));
        }

        @Override
        public int length(int sample) {
            return 0;
        }

        @Override
        public void digest(MessageDigest digest) {
            pixels.forEach(digest::update);
        }
    }

    private static long limited(long bytes) throws MergeException {
        if (bytes > LARGEST_BYTES) {
            throw MergeException.of(
                            ErrorCode.MALFORMED,
                            "too many samples to learn from (got more than " + LARGEST_BYTES + " bytes of them)")
                    .withHint("choose some with rows: in the task file");
        }
        return bytes;
    }

    private static void requireSome(int count) throws MergeException {
        if (count == 0) {
            throw MergeException.of(ErrorCode.MALFORMED, "no samples to learn from (got 0, expected at least 1)");
        }
    }
}
