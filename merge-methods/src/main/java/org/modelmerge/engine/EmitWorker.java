package org.modelmerge.engine;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.SliceEncoder;
import org.modelmerge.engine.LeafGrid.Unit;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.engine.MergePlan.Range;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.kernel.ElementOrder;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.method.Slice;

/// Computes, measures and writes units of the output.
final class EmitWorker implements UnitPool.Worker {
    private final PassContext context;
    private final MergeMethod method;
    private final MergeMethod.Step step;
    private final int[] units;
    private final UnitSink sink;
    private final SliceSource source;
    private final SliceEncoder encoder;
    private final LeafStatistics statistics;
    private final @Nullable LeafMeter meter;
    private @Nullable ByteBuffer copyBuffer;

    /// @param units the units of the grid that the pool's indices stand for
    /// @param measured what the statistics see
    /// @param statistics takes the sums of this worker's leaves
    EmitWorker(
            PassContext context,
            MergeMethod method,
            MergeMethod.Step step,
            int[] units,
            UnitSink sink,
            Sampling measured,
            LeafStatistics statistics) {
        this.context = context;
        this.method = method;
        this.step = step;
        this.units = units;
        this.sink = sink;
        this.source = context.newSource();
        int sliceElements = context.workload().sliceElements();
        this.encoder = new SliceEncoder(sliceElements, Workload.ioBytes(sliceElements));
        this.statistics = statistics;
        this.meter = context.plan().statistics() ? new LeafMeter(context.taskCount(), sliceElements, measured) : null;
    }

    LeafStatistics statistics() {
        return statistics;
    }

    @Override
    public void work(int index) throws MergeException {
        Unit unit = context.grid().units().get(units[index]);
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
        PlannedTensor tensor = context.plan().tensors().get(leaf.tensor());
        long bytes = source.bytesPerElement(tensor);
        ElementOrder order = SliceLoader.order(tensor);
        if (meter != null) {
            meter.start(leaf, tensor);
        }
        source.forEachSlice(leaf, (slice, start) -> {
            step.apply(slice);
            float[] out = slice.out();
            if (method.keepsAgreement()) {
                source.keepAgreement(slice);
            }
            encoder.append(out, tensor.dtype(), order);
            refuseOverflow(tensor, slice, order, start);
            if (encoder.isFull()) {
                write(unit, tensor, start + out.length);
            }
            if (meter != null) {
                meter.add(slice, out, (int) (start - leaf.start()));
            }
            context.progress().read(out.length * bytes);
        });
        write(unit, tensor, leaf.start() + leaf.count());
        if (meter != null) {
            meter.finish(statistics);
        }
    }

    /// Writes what the encoder holds.
    ///
    /// @param end the element of the tensor that follows it
    private void write(Unit unit, PlannedTensor tensor, long end) throws MergeException {
        ByteBuffer encoded = encoder.drain();
        sink.write(
                unit.file(),
                encoded,
                tensor.outputOffset() + end * tensor.dtype().bytes() - encoded.remaining());
    }

    private void refuseOverflow(PlannedTensor tensor, Slice slice, ElementOrder order, long start)
            throws MergeException {
        if (context.plan().allowNonfinite() || method.mayEmitNonFinite()) {
            return;
        }
        int j = encoder.firstNonFinite();
        if (j >= 0) {
            int at = order.index(j, slice.size());
            float result = slice.out()[at];
            // What is not finite before the last rounding left the range of the arithmetic: no output is wide enough.
            boolean fitsArithmetic = Float.isFinite(result);
            throw MergeException.of(
                            ErrorCode.OVERFLOW,
                            "element " + (start + j) + " of the result does not fit "
                                    + (fitsArithmetic ? tensor.dtype() : DType.F32) + " (got " + result + " from base "
                                    + slice.base()[at] + ")")
                    .atTensor(tensor.name())
                    .withHint(
                            fitsArithmetic
                                    ? "pass --dtype f32 for a wider output, or --allow-nonfinite to let it pass"
                                    : "merges are computed in float32, so only --allow-nonfinite lets it pass");
        }
    }

    private void copy(Unit unit, Leaf leaf) throws MergeException {
        PlannedTensor tensor = context.plan().tensors().get(leaf.tensor());
        Range range = tensor.ranges().getFirst();
        if (range == null) {
            throw new IllegalStateException("copied tensor " + tensor.name() + " without a range");
        }
        ByteBuffer buffer = copyBuffer();
        long end = leaf.start() + leaf.count();
        for (long start = leaf.start(); start < end; start += Workload.COPY_BYTES) {
            buffer.clear().limit((int) Math.min(Workload.COPY_BYTES, end - start));
            try {
                context.inputs().source(0, range).read(buffer, range.offset() + start);
            } catch (MergeException e) {
                throw e.inFile(context.inputs().shard(0, range).name()).atTensor(tensor.name());
            }
            buffer.flip();
            int count = buffer.remaining();
            sink.write(unit.file(), buffer, tensor.outputOffset() + start);
            context.progress().read(count);
        }
    }

    private ByteBuffer copyBuffer() {
        if (copyBuffer == null) {
            copyBuffer = ByteBuffer.allocateDirect(Workload.COPY_BYTES);
        }
        return copyBuffer;
    }
}
