package org.modelmerge.engine;

import org.modelmerge.engine.LeafGrid.Unit;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.method.Statistic;

/// The blocks of a plan that sampled statistics see: one at a random place of each run of [#every] blocks of a leaf. It
/// follows from the plan alone.
///
/// @param every 1 takes everything
record Sampling(int every) {
    /// Takes everything.
    static final Sampling ALL = new Sampling(1);

    private static final int LEAST_SAMPLE = 1 << 23;
    private static final long MOST_PRODUCTS = 1L << 31;
    private static final Sampling SIXTEENTH = new Sampling(16);

    /// What brackets for ranks are taken from.
    static Sampling of(MergePlan plan) {
        return new Sampling(Math.clamp(plan.mergedElementCount() / LEAST_SAMPLE, 1, Integer.MAX_VALUE));
    }

    /// What the weight statistics of a merge measure: everything where that is at most some 10^9 products, else a
    /// sixteenth.
    static Sampling ofStatistics(MergePlan plan) {
        return ofStatistics(plan.mergedElementCount(), plan.tasks().size());
    }

    static Sampling ofStatistics(long elements, int tasks) {
        long products = elements * LeafStatistics.sumCount(tasks);
        return products <= MOST_PRODUCTS ? ALL : SIXTEENTH;
    }

    /// This, or everything where a leaf is shorter than a run, which might leave nothing of it.
    Sampling forLeafOf(int elements) {
        return elements < every * Statistic.SAMPLE_BLOCK ? ALL : this;
    }

    /// Takes the parts of a leaf that belong to the sample.
    @FunctionalInterface
    interface Visitor<E extends Exception> {
        void visit(Leaf block) throws E;
    }

    /// Takes parts of a window.
    @FunctionalInterface
    interface PartVisitor<E extends Exception> {
        /// Takes elements `from` to `to`, exclusive, counted in their leaf.
        void visit(int from, int to) throws E;
    }

    <E extends Exception> void forEachBlock(Leaf leaf, Visitor<E> visitor) throws E {
        if (every == 1) {
            visitor.visit(leaf);
            return;
        }
        forEachPart(
                leaf.ordinal(),
                0,
                leaf.count(),
                (from, to) -> visitor.visit(
                        new Leaf(leaf.tensor(), leaf.merged(), leaf.ordinal(), leaf.start() + from, to - from)));
    }

    /// Visits the parts of elements `from` to `to`, exclusive, of a leaf that belong to the sample, in order.
    <E extends Exception> void forEachPart(int ordinal, int from, int to, PartVisitor<E> visitor) throws E {
        if (every == 1) {
            visitor.visit(from, to);
            return;
        }
        long length = (long) every * Statistic.SAMPLE_BLOCK;
        for (long run = from / length; run * length < to; run++) {
            long start = run * length + (long) chosen(ordinal, (int) run) * Statistic.SAMPLE_BLOCK;
            int first = (int) Math.max(start, from);
            int end = (int) Math.min(start + Statistic.SAMPLE_BLOCK, to);
            if (first < end) {
                visitor.visit(first, end);
            }
        }
    }

    /// Random, so that no period of the rows of a matrix can hide from the sample.
    private int chosen(int leaf, int run) {
        long bits = (((long) leaf << 32) | run) * 0x9e3779b97f4a7c15L;
        bits = (bits ^ (bits >>> 32)) * 0xd6e8feb86659fd93L;
        return (int) Long.remainderUnsigned(bits ^ (bits >>> 32), every);
    }

    /// What a sampled pass reads.
    long bytes(MergePlan plan, LeafGrid grid) {
        long[] bytes = {0};
        for (Unit unit : grid.units()) {
            for (Leaf leaf : unit.leaves()) {
                if (leaf.isMerged()) {
                    PlannedTensor tensor = plan.tensors().get(leaf.tensor());
                    long perElement = SliceLoader.bytesOfElement(tensor);
                    forEachBlock(leaf, block -> bytes[0] += perElement * block.count());
                }
            }
        }
        return bytes[0];
    }
}
