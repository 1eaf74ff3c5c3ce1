package org.modelmerge.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

final class IdxTest {
    @TempDir
    private Path folder;

    @Test
    void readsImagesInBatches() throws Exception {
        Path file =
                DataFiles.gzip(folder.resolve("i.gz"), DataFiles.idx(new int[] {3, 1, 2}, bytes(1, 2, 3, 4, 5, 250)));

        try (IdxImages images = IdxImages.open(file, _ -> true)) {
            assertThat(images.count()).isEqualTo(3);
            assertBatch(images.next(2), 2, 1, 2, 3, 4);
            assertBatch(images.next(2), 1, 5, 250);
            assertThat(images.next(2)).isNull();
        }
    }

    @Test
    void readsTheChosenColourImages() throws Exception {
        Path file = Files.write(
                folder.resolve("i"), DataFiles.idx(new int[] {4, 1, 1, 3}, bytes(1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4)));

        try (IdxImages images = IdxImages.open(file, row -> row % 2 == 1)) {
            ImageBatch batch = images.next(10);

            assertThat(batch.channels()).isEqualTo(3);
            assertBatch(batch, 2, 2, 2, 2, 4, 4, 4);
            assertThat(images.next(10)).isNull();
        }
    }

    @Test
    void readsLabelsLongerThanItsFirstBuffer() throws Exception {
        byte[] labels = new byte[200_000];
        labels[199_999] = 7;
        Path file = DataFiles.gzip(folder.resolve("l.gz"), DataFiles.idx(new int[] {labels.length}, labels));

        assertThat(IdxLabels.read(file)).isEqualTo(labels);
    }

    @Test
    void refusesMoreImagesThanTheFileCanHoldBeforeReadingAny() throws Exception {
        byte[] idx = DataFiles.idx(new int[] {Integer.MAX_VALUE, 32, 32, 3}, bytes(1));
        Path plain = Files.write(folder.resolve("i"), idx);
        Path packed = DataFiles.gzip(folder.resolve("i.gz"), idx);

        assertMalformed(() -> IdxImages.open(plain, _ -> true), "the file is too small for its dimensions");
        assertMalformed(() -> IdxImages.open(packed, _ -> true), "the file is too small for its dimensions");
    }

    @Test
    void refusesSizesWhoseProductOverflows() throws Exception {
        int most = Integer.MAX_VALUE;
        Path file = Files.write(folder.resolve("i"), DataFiles.idx(new int[] {most, most, most, 3}));

        assertMalformed(() -> IdxImages.open(file, _ -> true), "the file is too small for its dimensions");
    }

    @Test
    void refusesFilesThatEndEarlyOrGoOn() throws Exception {
        Path early = DataFiles.gzip(folder.resolve("e.gz"), DataFiles.idx(new int[] {3, 1, 2}, bytes(1, 2, 3)));
        Path late = Files.write(folder.resolve("l"), DataFiles.idx(new int[] {1, 1, 2}, bytes(1, 2, 3)));

        try (IdxImages images = IdxImages.open(early, _ -> true)) {
            assertMalformed(() -> images.next(5), "the file ends early (got 1 whole images, expected 3)");
        }
        try (IdxImages images = IdxImages.open(late, _ -> true)) {
            assertMalformed(() -> images.next(5), "data follows the last element of its dimensions");
        }
        Path labels = DataFiles.gzip(folder.resolve("n.gz"), DataFiles.idx(new int[] {3}, bytes(1, 2)));
        assertMalformed(() -> IdxLabels.read(labels), "the file ends early (got 2 labels, expected 3)");
    }

    @Test
    void refusesOtherFormatsAndKinds() throws Exception {
        Path text = DataFiles.text(folder.resolve("t"), "hello, world");
        Path floats = Files.write(folder.resolve("f"), new byte[] {0, 0, 13, 1, 0, 0, 0, 0});
        Path labels = Files.write(folder.resolve("l"), DataFiles.idx(new int[] {1}, bytes(1)));
        Path four = Files.write(folder.resolve("4"), DataFiles.idx(new int[] {1, 1, 1, 4}, bytes(1, 2, 3, 4)));

        assertMalformed(() -> IdxLabels.read(text), "no IDX file");
        assertMalformed(() -> IdxLabels.read(floats), "wrong type of elements (got 13, expected 8, unsigned bytes)");
        assertMalformed(() -> IdxImages.open(labels, _ -> true), "wrong number of dimensions (got 1, expected 3 or 4)");
        assertMalformed(() -> IdxImages.open(four, _ -> true), "wrong number of channels (got 4, expected 1 or 3)");
    }

    private interface Reading {
        Object run() throws Exception;
    }

    private static void assertMalformed(Reading reading, String problem) {
        assertThatThrownBy(reading::run)
                .isInstanceOfSatisfying(
                        MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED))
                .hasMessageContaining(problem);
    }

    private static void assertBatch(ImageBatch batch, int count, int... pixels) {
        assertThat(batch.count()).isEqualTo(count);
        assertThat(batch.pixels()).startsWith(bytes(pixels));
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
