package org.modelmerge.engine;

import org.modelmerge.error.MergeException;
import org.modelmerge.method.Statistic;

/// Folds the slices of units into a state of its own.
final class ReduceWorker implements UnitPool.Worker {
    private final PassContext context;
    private final int[] units;
    private final SliceLoader loader;
    private final Statistic.State state;
    private final Sampling sampling;

    /// @param units the units of the grid that the pool's indices stand for
    ReduceWorker(PassContext context, Statistic<?> statistic, int[] units) {
        this.context = context;
        this.units = units;
        this.loader = context.newLoader();
        this.state = statistic.newState();
        this.sampling = statistic.isSampled() ? Sampling.of(context.plan()) : new Sampling(1);
    }

    Statistic.State state() {
        return state;
    }

    @Override
    public void work(int index) throws MergeException {
        for (Leaf leaf : context.grid().units().get(units[index]).leaves()) {
            if (leaf.isMerged()) {
                long bytes = SliceLoader.bytesOfElement(context.plan().tensors().get(leaf.tensor()));
                sampling.forEachBlock(
                        leaf,
                        block -> loader.forEachSlice(block, (slice, start) -> {
                            state.add(slice);
                            context.progress().read(slice.size() * bytes);
                        }));
            }
        }
    }
}
