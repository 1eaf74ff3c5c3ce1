package org.modelmerge.engine;

import org.modelmerge.engine.LeafGrid.Unit;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.method.Statistic;

/// The blocks of a plan that sampled statistics see: one at a random place of each run of [#every] blocks of a leaf. It
/// follows from the plan alone.
///
/// @param every 1 takes everything
record Sampling(int every) {
    private static final int LEAST_SAMPLE = 1 << 23;

    static Sampling of(MergePlan plan) {
        return new Sampling(Math.clamp(plan.mergedElementCount() / LEAST_SAMPLE, 1, Integer.MAX_VALUE));
    }

    /// Takes the parts of a leaf that belong to the sample.
    @FunctionalInterface
    interface Visitor<E extends Exception> {
        void visit(Leaf block) throws E;
    }

    <E extends Exception> void forEachBlock(Leaf leaf, Visitor<E> visitor) throws E {
        if (every == 1) {
            visitor.visit(leaf);
            return;
        }
        long end = leaf.start() + leaf.count();
        int block = 0;
        for (long start = leaf.start(); start < end; start += Statistic.SAMPLE_BLOCK, block++) {
            if (block % every == chosen(leaf.ordinal(), block / every)) {
                int count = (int) Math.min(Statistic.SAMPLE_BLOCK, end - start);
                visitor.visit(new Leaf(leaf.tensor(), leaf.merged(), leaf.ordinal(), start, count));
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
