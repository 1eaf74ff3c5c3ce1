package org.modelmerge.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.modelmerge.error.MergeException;

/// Features of texts, batch by batch.
///
/// Texts of a window are computed in the order of their lengths, so that hardly anything is padded, and come
/// back in their own order.
///
/// @param batchSize texts a batch
public record TextFeatures(BatchFeatures network, TextTokenizer tokenizer, int batchSize) {
    /// Features of a window of texts; a few thousand are enough to find neighbours of equal length.
    ///
    /// @return `[texts][d]`, in the order of the texts
    /// @throws MergeException as [BatchFeatures#features] does
    public float[][] of(List<String> texts) throws MergeException {
        return of(tokenizer.encode(texts));
    }

    /// The same of texts that are token numbers already.
    ///
    /// @param tokens `[texts][tokens]`
    public float[][] of(long[][] tokens) throws MergeException {
        int[] order = longestFirst(tokens);
        List<Batch> batches = new ArrayList<>();
        for (int from = 0; from < order.length; from += batchSize) {
            int[] part = Arrays.copyOfRange(order, from, Math.min(order.length, from + batchSize));
            batches.add(new Batch.Tokens(
                    Arrays.stream(part).mapToObj(i -> tokens[i]).toArray(long[][]::new)));
        }
        float[][] features = new float[order.length][];
        int next = 0;
        for (float[][] batch : network.features(batches)) {
            for (float[] row : batch) {
                features[order[next++]] = row;
            }
        }
        return features;
    }

    /// Longest first, so that a batch that does not fit into memory fails at once; equal lengths in their own
    /// order.
    private static int[] longestFirst(long[][] tokens) {
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, tokens.length).boxed().toList());
        order.sort(Comparator.comparingInt((Integer i) -> tokens[i].length).reversed());
        return order.stream().mapToInt(Integer::intValue).toArray();
    }
}
