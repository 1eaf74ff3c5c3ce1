package org.modelmerge.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.OutputTensor;
import org.modelmerge.engine.LeafGrid.Unit;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.MergeMethod;

/// The result of a merge as tensors in memory, without a file in between: bit for bit what the output files would hold.
///
/// The statistics of the method are taken once; tensors are computed when they are asked for, [#forEach] all in their
/// order and [#tensor] one by name. Nothing is kept, so asking twice computes twice. Works as long as its job is open.
/// Not for use by several threads; the work itself runs on all of the job's.
public final class MergedTensors implements ResultTensors {
    /// Heap arrays of bytes end just below this size.
    private static final long LARGEST_ARRAY = Integer.MAX_VALUE - 8L;

    /// Units a thread of a stream's window: enough to keep all threads busy, few enough to stay small.
    private static final int UNITS_PER_THREAD = 2;

    private final PassContext context;
    private final MergeMethod method;
    private final MergeMethod.Step step;
    private final List<String> warnings;
    private final Map<String, OutputTensor> tensors;
    private final Map<String, Integer> indexes = new LinkedHashMap<>();

    /// @param context of a plan without statistics
    MergedTensors(PassContext context, MergeMethod method, MergeMethod.Step step, List<String> warnings) {
        this.context = context;
        this.method = method;
        this.step = step;
        this.warnings = List.copyOf(warnings);
        Map<String, OutputTensor> infos = new LinkedHashMap<>();
        for (PlannedTensor tensor : context.plan().tensors()) {
            indexes.put(tensor.name(), infos.size());
            infos.put(tensor.name(), info(tensor));
        }
        this.tensors = Collections.unmodifiableMap(infos);
    }

    /// Takes one tensor after the other.
    @FunctionalInterface
    public interface Visitor {
        /// Takes a tensor; it is the visitor's from now on.
        void visit(MergedTensor tensor) throws MergeException;
    }

    @Override
    public Map<String, OutputTensor> tensors() {
        return tensors;
    }

    /// What headers and statistics gave reason to warn of, one line each.
    public List<String> warnings() {
        return warnings;
    }

    /// Computes all tensors and hands them over in output order, in one pass over the inputs. In memory at a time: some
    /// leaves a thread, and the tensors that these belong to.
    ///
    /// @throws MergeException whatever merging or the visitor throws; `CANCELLED` when the observer says so
    public void forEach(Visitor visitor) throws MergeException {
        List<PlannedTensor> planned = context.plan().tensors();
        List<Unit> units = context.grid().units();
        int window = UNITS_PER_THREAD * context.workload().threads();
        LocalExecutor executor = new LocalExecutor(context);
        context.progress().startPass("emit", MergeBytes.ofEmit(context.plan()));
        Map<Integer, MemorySegment> open = new TreeMap<>();
        int next = 0;
        for (int from = 0; next < planned.size(); from += window) {
            int to = Math.min(units.size(), from + window);
            BitSet chosen = new BitSet();
            chosen.set(Math.min(from, to), to);
            for (Unit unit : units.subList(Math.min(from, to), to)) {
                unit.leaves().forEach(leaf -> open.computeIfAbsent(leaf.tensor(), t -> memory(planned.get(t))));
            }
            executor.emitUnits(method, step, chosen, new MemorySink(planned, open));
            // A tensor may go on in the next unit; all before it are complete, the empty ones without any leaf.
            int complete = to == units.size()
                    ? planned.size()
                    : units.get(to).leaves().getFirst().tensor();
            for (; next < complete; next++) {
                MemorySegment bytes = open.remove(next);
                PlannedTensor tensor = planned.get(next);
                visitor.visit(new MergedTensor(info(tensor), bytes == null ? memory(tensor) : bytes));
            }
        }
        checkUnchanged();
    }

    /// Computes one tensor, and reads nothing else.
    ///
    /// @throws IllegalArgumentException if there is no tensor of this name
    /// @throws MergeException whatever merging throws; `CANCELLED` when the observer says so
    public MergedTensor tensor(String name) throws MergeException {
        Integer index = indexes.get(name);
        if (index == null) {
            throw new IllegalArgumentException("no tensor " + name);
        }
        PlannedTensor tensor = context.plan().tensors().get(index);
        MemorySegment bytes = memory(tensor);
        compute(index, bytes);
        return new MergedTensor(info(tensor), bytes);
    }

    /// @param bytes takes the tensor as a file would hold it
    private void compute(int index, MemorySegment bytes) throws MergeException {
        PassContext only = context.withGrid(context.grid().ofTensor(index));
        BitSet all = new BitSet();
        all.set(0, only.grid().units().size());
        new LocalExecutor(only)
                .emitUnits(method, step, all, new MemorySink(context.plan().tensors(), Map.of(index, bytes)));
        checkUnchanged();
    }

    @Override
    public void readFloats(String tensor, FloatBuffer target) throws MergeException {
        OutputTensor info = tensors.get(tensor);
        if (info == null) {
            throw new IllegalArgumentException("no tensor " + tensor);
        }
        MergedTensor.requireFloat(info);
        long count = info.shape().elementCount();
        if (info.dtype() == DType.F32 && target.order() == ByteOrder.LITTLE_ENDIAN && target.remaining() >= count) {
            int end = target.position() + (int) count;
            int index = Objects.requireNonNull(indexes.get(tensor));
            compute(index, MemorySegment.ofBuffer(target.duplicate().limit(end)));
            target.position(end);
        } else {
            tensor(tensor).copyTo(target);
        }
    }

    private void checkUnchanged() throws MergeException {
        for (Checkpoint model : context.inputs().models()) {
            model.checkUnchanged();
        }
    }

    private static OutputTensor info(PlannedTensor tensor) {
        return new OutputTensor(tensor.name(), tensor.dtype(), tensor.shape());
    }

    private static MemorySegment memory(PlannedTensor tensor) {
        long bytes = tensor.byteCount();
        return bytes <= LARGEST_ARRAY
                ? MemorySegment.ofArray(new byte[(int) bytes])
                : Arena.ofAuto().allocate(bytes, Double.BYTES);
    }

    /// Puts what would go to a file where the tensors lie in memory.
    private static final class MemorySink implements UnitSink {
        private record Place(long offset, MemorySegment bytes) {}

        private final Map<Integer, TreeMap<Long, Place>> places = new TreeMap<>();

        /// @param open the tensors that are computed, by their index
        MemorySink(List<PlannedTensor> planned, Map<Integer, MemorySegment> open) {
            open.forEach((index, bytes) -> {
                PlannedTensor tensor = planned.get(index);
                places.computeIfAbsent(tensor.outputFile(), _ -> new TreeMap<>())
                        .put(tensor.outputOffset(), new Place(tensor.outputOffset(), bytes));
            });
        }

        @Override
        public void write(int file, ByteBuffer bytes, long offset) {
            Place place = Objects.requireNonNull(places.get(file), "file " + file)
                    .floorEntry(offset)
                    .getValue();
            MemorySegment source = MemorySegment.ofBuffer(bytes);
            MemorySegment.copy(source, 0, place.bytes(), offset - place.offset(), source.byteSize());
            bytes.position(bytes.limit());
        }

        @Override
        public void completed(int unit) {}
    }
}
