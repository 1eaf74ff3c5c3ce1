package org.modelmerge.engine;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.SliceEncoder;
import org.modelmerge.engine.LeafGrid.Unit;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.engine.MergePlan.Range;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.kernel.ElementOrder;
import org.modelmerge.kernel.Kernels;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.method.Slice;
import org.modelmerge.method.Statistic;

/// Runs the passes of a plan on threads of this process.
final class LocalExecutor implements MergeExecutor {
    private final MergePlan plan;
    private final LeafGrid grid;
    private final PlanInputs inputs;
    private final Workload workload;
    private final Progress progress;
    private final boolean everyLeafForCosines;

    LocalExecutor(
            MergePlan plan,
            LeafGrid grid,
            PlanInputs inputs,
            Workload workload,
            Progress progress,
            boolean everyLeafForCosines) {
        this.plan = plan;
        this.grid = grid;
        this.inputs = inputs;
        this.workload = workload;
        this.progress = progress;
        this.everyLeafForCosines = everyLeafForCosines;
    }

    @Override
    public Statistic.State reduce(Statistic<?> statistic) throws MergeException {
        BitSet all = new BitSet();
        all.set(0, unitCount(statistic));
        return reduce(statistic, all);
    }

    /// How many units a pass has: tensors for statistics of whole tensors, units of the grid otherwise.
    int unitCount(Statistic<?> statistic) {
        return statistic instanceof Statistic.OfTensors<?>
                ? grid.mergedTensorCount()
                : grid.units().size();
    }

    /// Folds some units of a pass.
    Statistic.State reduce(Statistic<?> statistic, BitSet units) throws MergeException {
        int[] chosen = units.stream().toArray();
        long bytes = MergeBytes.ofMergedTensors(plan);
        Statistic.State total = statistic.newState();
        if (statistic instanceof Statistic.OfTensors<?> ofTensors) {
            progress.startPass(statistic.name(), 2 * bytes);
            List<List<Leaf>> tensors = TensorWorker.leavesOfTensors(grid);
            new UnitPool(workload.threads())
                    .run(chosen.length, () -> new TensorWorker(ofTensors, k -> tensors.get(chosen[k])))
                    .forEach(worker -> total.merge(worker.state));
        } else {
            progress.startPass(statistic.name(), bytes);
            new UnitPool(workload.threads())
                    .run(chosen.length, () -> new ReduceWorker(statistic, chosen))
                    .forEach(worker -> total.merge(worker.state));
        }
        return total;
    }

    @Override
    public LeafStatistics emit(MergeMethod method, MergeMethod.Step step, BitSet units, UnitSink sink)
            throws MergeException {
        progress.startPass("emit", MergeBytes.ofEmit(plan));
        int[] chosen = units.stream().toArray();
        LeafStatistics total = newStatistics();
        new UnitPool(workload.threads())
                .run(chosen.length, () -> new EmitWorker(method, step, chosen, sink))
                .forEach(worker -> total.merge(worker.statistics));
        return total;
    }

    LeafStatistics newStatistics() {
        return new LeafStatistics(plan.inputs().size() - 1, grid.mergedLeafCount(), everyLeafForCosines);
    }

    private SliceLoader newLoader() {
        return new SliceLoader(plan, inputs, workload.sliceElements());
    }

    private final class ReduceWorker implements UnitPool.Worker {
        private final int[] chosen;
        private final SliceLoader loader = newLoader();
        private final Statistic.State state;

        ReduceWorker(Statistic<?> statistic, int[] chosen) {
            this.state = statistic.newState();
            this.chosen = chosen;
        }

        @Override
        public void work(int unit) throws MergeException {
            for (Leaf leaf : grid.units().get(chosen[unit]).leaves()) {
                if (leaf.isMerged()) {
                    long bytes = SliceLoader.bytesPerElement(plan.tensors().get(leaf.tensor()));
                    loader.forEachSlice(leaf, (slice, start) -> {
                        state.add(slice);
                        progress.read(slice.size() * bytes);
                    });
                }
            }
        }
    }

    private final class TensorWorker implements UnitPool.Worker {
        private final SliceLoader loader = newLoader();
        private final Statistic.TensorState state;
        private final IntFunction<List<Leaf>> leaves;

        TensorWorker(Statistic.OfTensors<?> statistic, IntFunction<List<Leaf>> leaves) {
            this.state = statistic.newState();
            this.leaves = leaves;
        }

        static List<List<Leaf>> leavesOfTensors(LeafGrid grid) {
            List<List<Leaf>> tensors = new ArrayList<>();
            for (Unit unit : grid.units()) {
                for (Leaf leaf : unit.leaves()) {
                    if (leaf.isMerged()) {
                        while (tensors.size() <= leaf.merged()) {
                            tensors.add(new ArrayList<>());
                        }
                        tensors.get(leaf.merged()).add(leaf);
                    }
                }
            }
            while (tensors.size() < grid.mergedTensorCount()) {
                tensors.add(List.of());
            }
            return tensors;
        }

        @Override
        public void work(int unit) throws MergeException {
            List<Leaf> own = leaves.apply(unit);
            if (own.isEmpty()) {
                return;
            }
            PlannedTensor planned = plan.tensors().get(own.getFirst().tensor());
            state.addTensor(new Statistic.Tensor() {
                @Override
                public int index() {
                    return own.getFirst().merged();
                }

                @Override
                public long size() {
                    return planned.shape().elementCount();
                }

                @Override
                public int taskCount() {
                    return plan.inputs().size() - 1;
                }

                @Override
                public void forEachSlice(Statistic.SliceConsumer consumer) throws MergeException {
                    long bytes = SliceLoader.bytesPerElement(planned);
                    for (Leaf leaf : own) {
                        loader.forEachSlice(leaf, (slice, start) -> {
                            consumer.accept(slice);
                            progress.read(slice.size() * bytes);
                        });
                    }
                }
            });
        }
    }

    private final class EmitWorker implements UnitPool.Worker {
        private final MergeMethod method;
        private final MergeMethod.Step step;
        private final int[] chosen;
        private final UnitSink sink;
        private final SliceLoader loader = newLoader();
        private final SliceEncoder encoder = new SliceEncoder(workload.sliceElements());
        private final LeafStatistics statistics = newStatistics();
        private final @Nullable LeafMeter meter;
        private final ByteBuffer copyBuffer;
        private float[] written = new float[0];

        EmitWorker(MergeMethod method, MergeMethod.Step step, int[] chosen, UnitSink sink) {
            this.method = method;
            this.step = step;
            this.chosen = chosen;
            this.sink = sink;
            this.meter = plan.statistics() ? new LeafMeter(plan.inputs().size() - 1, workload.sliceElements()) : null;
            this.copyBuffer = ByteBuffer.allocateDirect(Workload.COPY_BYTES);
        }

        @Override
        public void work(int index) throws MergeException {
            Unit unit = grid.units().get(chosen[index]);
            for (Leaf leaf : unit.leaves()) {
                if (leaf.isMerged()) {
                    merge(unit, leaf);
                } else {
                    copy(unit, leaf);
                }
            }
            sink.completed(unit.index());
        }

        private void merge(Unit unit, Leaf leaf) throws MergeException {
            PlannedTensor tensor = plan.tensors().get(leaf.tensor());
            long bytes = SliceLoader.bytesPerElement(tensor);
            ElementOrder order = SliceLoader.order(tensor);
            if (meter != null) {
                meter.start(order, tensor.ranges(), statistics.measuresInFull(leaf.ordinal()));
            }
            loader.forEachSlice(leaf, (slice, start) -> {
                step.apply(slice);
                float[] out = slice.out();
                if (method.keepsAgreement() && (plan.allowNonfinite() || loader.baseHasNegativeZero())) {
                    Kernels.keepAgreement(slice.base(), slice.experts(), out);
                }
                if (meter != null && written.length != out.length) {
                    written = new float[out.length];
                }
                ByteBuffer encoded = encoder.encode(out, tensor.dtype(), order, meter == null ? null : written);
                refuseOverflow(tensor, slice, order, start);
                sink.write(
                        unit.file(),
                        encoded,
                        tensor.outputOffset() + start * tensor.dtype().bytes());
                if (meter != null) {
                    meter.add(slice, out, written, start - leaf.start());
                }
                progress.read(out.length * bytes);
            });
            if (meter != null) {
                meter.finish(leaf.ordinal(), statistics);
            }
        }

        private void refuseOverflow(PlannedTensor tensor, Slice slice, ElementOrder order, long start)
                throws MergeException {
            if (plan.allowNonfinite() || method.mayEmitNonFinite()) {
                return;
            }
            int j = encoder.firstNonFinite();
            if (j >= 0) {
                int at = order.index(j, slice.size());
                throw MergeException.of(
                                ErrorCode.OVERFLOW,
                                "element " + (start + j) + " of the result does not fit " + tensor.dtype() + " (got "
                                        + slice.out()[at] + " from base " + slice.base()[at] + ")")
                        .atTensor(tensor.name())
                        .withHint("pass --dtype f32 for a wider output, or --allow-nonfinite to let it pass");
            }
        }

        private void copy(Unit unit, Leaf leaf) throws MergeException {
            PlannedTensor tensor = plan.tensors().get(leaf.tensor());
            Range range = tensor.ranges().getFirst();
            if (range == null) {
                throw new IllegalStateException("copied tensor " + tensor.name() + " without a range");
            }
            long end = leaf.start() + leaf.count();
            for (long start = leaf.start(); start < end; start += Workload.COPY_BYTES) {
                copyBuffer.clear().limit((int) Math.min(Workload.COPY_BYTES, end - start));
                try {
                    inputs.source(0, range).read(copyBuffer, range.offset() + start);
                } catch (MergeException e) {
                    throw e.inFile(inputs.shard(0, range).name()).atTensor(tensor.name());
                }
                copyBuffer.flip();
                int count = copyBuffer.remaining();
                sink.write(unit.file(), copyBuffer, tensor.outputOffset() + start);
                progress.read(count);
            }
        }
    }
}
