package org.modelmerge.learning;

import static org.modelmerge.kernel.Kernels.addScaled;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.modelmerge.adamerging.CoefficientTrainer;
import org.modelmerge.adamerging.Granularity;
import org.modelmerge.engine.MergeJob;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.kernel.DotProduct;
import org.modelmerge.method.SignElection;

/// Base and task vectors of the learned tensors, streamed in blocks: from the files each time, or from memory.
///
/// ```
/// theta_l         = theta_0,l + sum_i lambda[l,i] * tau_i,l        tasks from the left
/// dL/dlambda[l,i] = <dL/dtheta_l, tau_i,l>                         in float64
/// ```
///
/// A block is a fixed piece of one tensor. Sums stay apart per block and are added in block order, so they are the
/// same whatever the number of threads.
final class TaskVectors implements AutoCloseable {
    private static final int BLOCK = 1 << 16;

    private final List<Block> blocks = new ArrayList<>();
    private final int tasks;
    private final List<BlockReader> readers;
    private final BlockReader.Values @Nullable [] cache;
    private final ExecutorService workers;

    /// A piece of a tensor.
    ///
    /// @param row of the coefficients
    record Block(PlannedTensor tensor, int row, long start, int count) {}

    private TaskVectors(
            int tasks, List<Block> blocks, List<BlockReader> readers, BlockReader.Values @Nullable [] cache) {
        this.tasks = tasks;
        this.blocks.addAll(blocks);
        this.readers = readers;
        this.cache = cache;
        this.workers = Executors.newFixedThreadPool(readers.size(), work -> {
            Thread thread = new Thread(work, "modelmerge-task-vectors");
            thread.setDaemon(true);
            return thread;
        });
    }

    /// @param learned the tensors to stream, in the order of their rows
    /// @param election of AdaMerging++, null for plain task vectors
    /// @param cached whether to keep everything in memory after the first pass
    static TaskVectors of(
            MergeJob job,
            List<PlannedTensor> learned,
            Map<String, Integer> rows,
            @Nullable SignElection election,
            boolean cached,
            int threads) {
        List<Block> blocks = new ArrayList<>();
        for (PlannedTensor tensor : learned) {
            long size = tensor.shape().elementCount();
            for (long start = 0; start < size; start += BLOCK) {
                Integer row = rows.get(tensor.name());
                blocks.add(new Block(tensor, row == null ? 0 : row, start, (int) Math.min(BLOCK, size - start)));
            }
        }
        List<BlockReader> readers = new ArrayList<>();
        for (int k = 0; k < Math.min(threads, blocks.size()); k++) {
            readers.add(new BlockReader(job, election, BLOCK));
        }
        return new TaskVectors(
                job.plan().tasks().size(), blocks, readers, cached ? new BlockReader.Values[blocks.size()] : null);
    }

    /// The row of each merged tensor in a table of coefficients.
    static Map<String, Integer> rows(List<PlannedTensor> merged, Granularity granularity) {
        Map<String, Integer> rows = new LinkedHashMap<>();
        for (PlannedTensor tensor : merged) {
            rows.put(tensor.name(), granularity == Granularity.TASK ? 0 : rows.size());
        }
        return rows;
    }

    /// Writes the merged weights.
    ///
    /// @param weights room for each learned tensor
    void merge(CoefficientTrainer trainer, Map<String, MemorySegment> weights) throws MergeException {
        forEachBlock((block, _, values, out) -> {
            float[] theta = values.base();
            for (int i = 0; i < tasks; i++) {
                addScaled(theta, trainer.lambda(block.row(), i), values.tau()[i], out);
                theta = out;
            }
            MemorySegment.copy(
                    theta,
                    0,
                    segment(weights, block),
                    ValueLayout.JAVA_FLOAT,
                    block.start() * Float.BYTES,
                    block.count());
        });
    }

    /// dL/dlambda, rows one after the other.
    ///
    /// @param gradients dL/dtheta of each learned tensor
    double[] project(Map<String, MemorySegment> gradients, int rowCount) throws MergeException {
        double[][] sums = new double[blocks.size()][tasks];
        forEachBlock((block, index, values, gradient) -> {
            MemorySegment.copy(
                    segment(gradients, block),
                    ValueLayout.JAVA_FLOAT,
                    block.start() * Float.BYTES,
                    gradient,
                    0,
                    block.count());
            DotProduct dot = new DotProduct();
            for (int i = 0; i < tasks; i++) {
                dot.clear();
                dot.add(gradient, values.tau()[i], 0);
                sums[index][i] = dot.sum();
            }
        });
        double[] projected = new double[rowCount * tasks];
        for (int k = 0; k < sums.length; k++) {
            for (int i = 0; i < tasks; i++) {
                projected[blocks.get(k).row() * tasks + i] += sums[k][i];
            }
        }
        return projected;
    }

    private static MemorySegment segment(Map<String, MemorySegment> segments, Block block) {
        MemorySegment segment = segments.get(block.tensor().name());
        if (segment == null) {
            throw new IllegalArgumentException("no room for " + block.tensor().name());
        }
        return segment;
    }

    private interface Visitor {
        /// @param scratch of the block's length, to be overwritten
        void visit(Block block, int index, BlockReader.Values values, float[] scratch);
    }

    private void forEachBlock(Visitor visitor) throws MergeException {
        AtomicInteger next = new AtomicInteger();
        List<Callable<@Nullable Void>> shifts = new ArrayList<>();
        for (BlockReader reader : readers) {
            shifts.add(() -> {
                for (int index = next.getAndIncrement(); index < blocks.size(); index = next.getAndIncrement()) {
                    Block block = blocks.get(index);
                    visitor.visit(block, index, values(reader, block, index), reader.scratch(block.count()));
                }
                return null;
            });
        }
        try {
            for (Future<?> shift : workers.invokeAll(shifts)) {
                shift.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw MergeException.of(ErrorCode.CANCELLED, "interrupted", e);
        } catch (ExecutionException e) {
            throw asOurs(e.getCause());
        }
    }

    private BlockReader.Values values(BlockReader reader, Block block, int index) throws MergeException {
        if (cache == null) {
            return reader.read(block);
        }
        BlockReader.Values known = cache[index];
        if (known == null) {
            known = reader.read(block).copy();
            cache[index] = known;
        }
        return known;
    }

    private static MergeException asOurs(@Nullable Throwable failure) {
        return switch (failure) {
            case MergeException reason -> reason;
            case RuntimeException bug -> throw bug;
            case Error error -> throw error;
            case null, default -> throw new IllegalStateException(failure);
        };
    }

    @Override
    public void close() {
        workers.close();
    }
}
