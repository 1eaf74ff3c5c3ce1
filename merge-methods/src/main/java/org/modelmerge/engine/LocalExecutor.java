package org.modelmerge.engine;

import java.util.BitSet;
import java.util.List;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.method.Statistic;

/// Runs the passes of a plan on threads of this process.
final class LocalExecutor implements MergeExecutor {
    private final PassContext context;
    private final Sampling measured;

    LocalExecutor(PassContext context) {
        this(context, Sampling.ofStatistics(context.plan()));
    }

    /// @param measured what the weight statistics see
    LocalExecutor(PassContext context, Sampling measured) {
        this.context = context;
        this.measured = measured;
    }

    @Override
    public Statistic.State reduce(Statistic<?> statistic) throws MergeException {
        BitSet all = new BitSet();
        all.set(0, unitCount(statistic));
        return reduce(statistic, all);
    }

    /// How many units a pass has: tensors for statistics of whole tensors, units of the grid otherwise.
    int unitCount(Statistic<?> statistic) {
        LeafGrid grid = context.grid();
        return statistic instanceof Statistic.OfTensors<?>
                ? grid.mergedTensorCount()
                : grid.units().size();
    }

    /// Folds some units of a pass.
    Statistic.State reduce(Statistic<?> statistic, BitSet units) throws MergeException {
        int[] chosen = units.stream().toArray();
        long bytes = MergeBytes.ofMergedTensors(context.plan());
        Statistic.State total = statistic.newState();
        if (statistic instanceof Statistic.OfTensors<?> ofTensors) {
            context.progress().startPass(statistic.name(), 2 * bytes);
            List<List<Leaf>> all = TensorWorker.leavesOfTensors(context.grid());
            List<List<Leaf>> tensors = units.stream().mapToObj(all::get).toList();
            pool().run(chosen.length, () -> new TensorWorker(context, ofTensors, tensors))
                    .forEach(worker -> total.merge(worker.state()));
        } else {
            context.progress()
                    .startPass(
                            statistic.name(),
                            statistic.isSampled()
                                    ? Sampling.of(context.plan()).bytes(context.plan(), context.grid())
                                    : bytes);
            pool().run(chosen.length, () -> new ReduceWorker(context, statistic, chosen))
                    .forEach(worker -> total.merge(worker.state()));
        }
        return total;
    }

    @Override
    public LeafStatistics emit(MergeMethod method, MergeMethod.Step step, BitSet units, UnitSink sink)
            throws MergeException {
        context.progress().startPass("emit", MergeBytes.ofEmit(context.plan()));
        return emitUnits(method, step, units, sink);
    }

    /// The same as a part of a pass that has been announced already.
    LeafStatistics emitUnits(MergeMethod method, MergeMethod.Step step, BitSet units, UnitSink sink)
            throws MergeException {
        int[] chosen = units.stream().toArray();
        LeafStatistics total = newStatistics();
        pool().run(chosen.length, () -> new EmitWorker(context, method, step, chosen, sink, measured, newStatistics()))
                .forEach(worker -> total.merge(worker.statistics()));
        return total;
    }

    private UnitPool pool() {
        return new UnitPool(context.workload().threads());
    }

    private LeafStatistics newStatistics() {
        return new LeafStatistics(context.taskCount(), context.grid().mergedLeafCount());
    }
}
