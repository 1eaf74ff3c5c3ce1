package org.modelmerge.network;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.adamerging.LearningSettings;
import org.modelmerge.network.NetworkGradients.TaskSamples;

/// Samples that are computed in one graph.
///
/// The loss of a step is a sum over samples, each divided by the size of its batch:
///
/// ```
/// L = sum over tasks and batches of 1/|batch| sum over the batch of H(x) = sum over samples of w(x) H(x)
/// ```
///
/// So which samples share a graph does not change it. Texts of like length do, whatever their task: hardly anything is
/// padded then. Images of one task do.
///
/// @param rows the samples by task
record Chunk(List<Rows> rows) {
    /// What the loss needs to know of a task's samples.
    ///
    /// @param task index of the task
    /// @param head null for the network's own classifier
    /// @param weights w of each sample
    record Part(int task, @Nullable Head head, float[] weights) {}

    /// Samples of one task.
    record Rows(Part part, UnlabelledSamples from, List<Integer> samples) {}

    private record Sample(int task, int index, int length, float weight) {}

    /// The chunks of a step, drawn as the authors' loop does: for each task the first batches of a fresh shuffle.
    static List<Chunk> ofStep(List<TaskSamples> tasks, LearningSettings settings, int step) {
        int most = Math.multiplyExact(settings.batches(), settings.batchSize());
        int size = Math.min(settings.batches(), 2) * settings.batchSize();
        List<Sample> all = new ArrayList<>();
        List<Chunk> chunks = new ArrayList<>();
        for (int t = 0; t < tasks.size(); t++) {
            UnlabelledSamples samples = tasks.get(t).samples();
            List<Integer> drawn = samples.draw(settings.seed(), (long) step * tasks.size() + t, most);
            for (int k = 0; k < drawn.size(); k++) {
                int index = drawn.get(k);
                int firstOfBatch = k - k % settings.batchSize();
                int batch = Math.min(settings.batchSize(), drawn.size() - firstOfBatch);
                all.add(new Sample(t, index, samples.length(index), 1f / batch));
            }
            if (samples instanceof UnlabelledSamples.Images) {
                addChunks(all, size, tasks, chunks);
                all.clear();
            }
        }
        // Longest first, so that what does not fit into memory fails at once.
        all.sort(Comparator.comparingInt(Sample::length).reversed());
        addChunks(all, size, tasks, chunks);
        return chunks;
    }

    private static void addChunks(List<Sample> samples, int size, List<TaskSamples> tasks, List<Chunk> chunks) {
        for (int from = 0; from < samples.size(); from += size) {
            List<Sample> rows = new ArrayList<>(samples.subList(from, Math.min(samples.size(), from + size)));
            rows.sort(Comparator.comparingInt(Sample::task));
            List<Rows> parts = new ArrayList<>();
            for (int first = 0; first < rows.size(); ) {
                int task = rows.get(first).task();
                int end = first;
                while (end < rows.size() && rows.get(end).task() == task) {
                    end++;
                }
                parts.add(part(task, tasks.get(task), rows.subList(first, end)));
                first = end;
            }
            chunks.add(new Chunk(parts));
        }
    }

    private static Rows part(int task, TaskSamples of, List<Sample> rows) {
        float[] weights = new float[rows.size()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = rows.get(i).weight();
        }
        return new Rows(
                new Part(task, of.head(), weights),
                of.samples(),
                rows.stream().map(Sample::index).toList());
    }

    /// The samples by task, for the loss.
    List<Part> parts() {
        return rows.stream().map(Rows::part).toList();
    }

    /// All samples as one batch, in the order of the parts.
    Batch batch() {
        List<long[]> tokens = new ArrayList<>();
        for (Rows some : rows) {
            switch (some.from()) {
                case UnlabelledSamples.Images images -> {
                    return images.batch(some.samples());
                }
                case UnlabelledSamples.Texts texts ->
                    some.samples().forEach(sample -> tokens.add(texts.tokens().get(sample)));
            }
        }
        return new Batch.Tokens(tokens.toArray(long[][]::new));
    }
}
