package org.modelmerge.method;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.modelmerge.error.MergeException;

/// A scan of arrays in memory, whose sample the test chooses.
final class ArrayScan implements Scan {
    private final float[] base;
    private final float[][] experts;
    private final int sliceSize;
    private final int sampled;
    final List<String> passes = new ArrayList<>();

    /// @param sampled how many of the first elements the sample holds
    ArrayScan(float[] base, float[][] experts, int sliceSize, int sampled) {
        this.base = base;
        this.experts = experts;
        this.sliceSize = sliceSize;
        this.sampled = sampled;
    }

    @Override
    public List<String> tasks() {
        return IntStream.range(0, experts.length).mapToObj(i -> "task" + i).toList();
    }

    @Override
    public long size() {
        return base.length;
    }

    @Override
    public long[] tensorSizes() {
        return new long[] {base.length};
    }

    @Override
    public <R> R measure(Statistic<R> statistic) throws MergeException {
        passes.add(statistic.name());
        int end = statistic.isSampled() ? sampled : base.length;
        Statistic.State[] states = {statistic.newState(), statistic.newState()};
        for (int from = 0; from < end; from += sliceSize) {
            states[(from / sliceSize) % 2].add(slice(from, Math.min(from + sliceSize, end)));
        }
        states[1].merge(states[0]);
        return statistic.finish(states[1]);
    }

    Slice slice(int from, int to) {
        float[][] parts = new float[experts.length][];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = Arrays.copyOfRange(experts[i], from, to);
        }
        return Slice.of("tensor", Arrays.copyOfRange(base, from, to), parts);
    }

    @Override
    public void warn(String line) {
        throw new IllegalStateException(line);
    }
}
