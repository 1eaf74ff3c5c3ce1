package org.modelmerge.engine;

import java.util.ArrayList;
import java.util.List;
import org.modelmerge.engine.LeafGrid.Unit;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Statistic;

/// Folds whole tensors into a state of its own.
final class TensorWorker implements UnitPool.Worker {
    private final PassContext context;
    private final SliceLoader loader;
    private final Statistic.TensorState state;
    private final List<List<Leaf>> tensors;

    /// @param tensors the leaves of each tensor that the pool's indices stand for
    TensorWorker(PassContext context, Statistic.OfTensors<?> statistic, List<List<Leaf>> tensors) {
        this.context = context;
        this.loader = context.newLoader();
        this.state = statistic.newState();
        this.tensors = tensors;
    }

    /// The leaves of each merged tensor; none for a tensor without elements.
    static List<List<Leaf>> leavesOfTensors(LeafGrid grid) {
        List<List<Leaf>> tensors = new ArrayList<>();
        for (int t = 0; t < grid.mergedTensorCount(); t++) {
            tensors.add(new ArrayList<>());
        }
        for (Unit unit : grid.units()) {
            for (Leaf leaf : unit.leaves()) {
                if (leaf.isMerged()) {
                    tensors.get(leaf.merged()).add(leaf);
                }
            }
        }
        return tensors;
    }

    Statistic.State state() {
        return state;
    }

    @Override
    public void work(int index) throws MergeException {
        List<Leaf> leaves = tensors.get(index);
        if (!leaves.isEmpty()) {
            state.addTensor(new LoadedTensor(leaves));
        }
    }

    private final class LoadedTensor implements Statistic.Tensor {
        private final List<Leaf> leaves;
        private final PlannedTensor planned;

        LoadedTensor(List<Leaf> leaves) {
            this.leaves = leaves;
            this.planned = context.plan().tensors().get(leaves.getFirst().tensor());
        }

        @Override
        public int index() {
            return leaves.getFirst().merged();
        }

        @Override
        public long size() {
            return planned.shape().elementCount();
        }

        @Override
        public int taskCount() {
            return context.taskCount();
        }

        @Override
        public void forEachSlice(Statistic.SliceConsumer consumer) throws MergeException {
            long bytes = SliceLoader.bytesOfElement(planned);
            for (Leaf leaf : leaves) {
                loader.forEachSlice(leaf, (slice, start) -> {
                    consumer.accept(slice);
                    context.progress().read(slice.size() * bytes);
                });
            }
        }
    }
}
