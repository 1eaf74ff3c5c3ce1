package org.modelmerge.network;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.modelmerge.data.IdxImages;
import org.modelmerge.data.IdxLabels;
import org.modelmerge.data.ImageBatch;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.Answers;
import org.modelmerge.task.Task;
import org.modelmerge.task.TaskData;

/// Answers to the images of a file, read in windows.
final class ImageAnswers {
    /// Batches a window: enough for many threads, and an image of CLIP has 150 kB.
    private static final int WINDOW_BATCHES = 16;

    private ImageAnswers() {}

    static Answers of(ImageFeatures network, TaskData.Images data, Task task, Head head) throws MergeException {
        Path labelFile = Objects.requireNonNull(data.labels(), "labelled data");
        Predictions predictions = new Predictions(head);
        int imageCount;
        try (IdxImages images = IdxImages.open(data.images(), data.rows()::contains)) {
            imageCount = images.count();
            int window = WINDOW_BATCHES * network.batchSize();
            for (ImageBatch some = images.next(window); some != null; some = images.next(window)) {
                predictions.add(network.of(some));
            }
        }
        int[] expected = expected(labelFile, imageCount, data, head.classCount());
        return new Answers(predictions.classes(), expected, names(task, head.classCount()));
    }

    private static int[] expected(Path file, int imageCount, TaskData.Images data, int classCount)
            throws MergeException {
        byte[] labels = IdxLabels.read(file);
        if (labels.length != imageCount) {
            throw MergeException.of(
                            ErrorCode.MALFORMED,
                            "not one label an image (got " + labels.length + " labels, expected " + imageCount + ")")
                    .inFile(file.toString());
        }
        int[] expected = new int[labels.length];
        int count = 0;
        for (int i = 0; i < labels.length; i++) {
            if (data.rows().contains(i)) {
                int label = Byte.toUnsignedInt(labels[i]);
                if (label >= classCount) {
                    throw MergeException.of(
                                    ErrorCode.MISMATCH,
                                    "item " + i + ": label out of range (got " + label + ", expected 0 to "
                                            + (classCount - 1) + ")")
                            .inFile(file.toString());
                }
                expected[count++] = label;
            }
        }
        return Arrays.copyOf(expected, count);
    }

    private static List<String> names(Task task, int classCount) {
        return task.labels().isEmpty()
                ? IntStream.range(0, classCount).mapToObj(String::valueOf).toList()
                : task.labels();
    }
}
