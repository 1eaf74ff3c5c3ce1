package org.modelmerge.engine;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.ShardSink;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.engine.MergePlan.Input;
import org.modelmerge.engine.MergePlan.OutputFile;
import org.modelmerge.engine.MergeRequest.Limits;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.method.Statistic;

/// Works on some units of a plan, given nothing but the plan and the states of finished passes: the seam for
/// merging on several machines.
///
/// A coordinator lets one worker [#checkCopies()], asks all to [#reduce] pass after pass, each over its own units,
/// merges their states with [#mergeStates], hands the merged state to the next pass, and lets each emit its units;
/// hashing and forcing the finished files is the coordinator's. The result has the bits of a merge in one process.
public final class PlanWorker implements AutoCloseable {
    private final MergePlan plan;
    private final MergeMethod method;
    private final LeafGrid grid;
    private final PlanInputs inputs;
    private final LocalExecutor executor;

    private PlanWorker(MergePlan plan, MergeMethod method, PlanInputs inputs, Limits limits) throws MergeException {
        this.plan = plan;
        this.method = method;
        this.grid = LeafGrid.of(plan);
        this.inputs = inputs;
        Workload workload = Workload.of(plan, method.passes().size() > 1, inputs::memoryBytes, limits);
        this.executor = new LocalExecutor(new PassContext(
                plan,
                grid,
                inputs,
                workload,
                new Progress(MergeObserver.NONE, method.passes().size())));
    }

    /// Opens the plan's inputs by their paths and checks that they are those that the plan was made of.
    ///
    /// @param method rebuilt from the plan's method name and parameters
    /// @throws MergeException `CHANGED` if an input has other headers than planned, or whatever opening throws
    public static PlanWorker open(MergePlan plan, MergeMethod method, Storage storage, Limits limits)
            throws MergeException {
        List<Checkpoint> models = new ArrayList<>();
        try {
            for (Input input : plan.inputs()) {
                Checkpoint model = models.isEmpty()
                        ? Checkpoint.open(storage, path(input))
                        : Experts.open(storage, path(input), models.getFirst());
                models.add(model);
                if (model.sizeBytes() != input.sizeBytes()
                        || !model.headerSha256().equals(input.headerSha256())) {
                    throw MergeException.of(
                                    ErrorCode.CHANGED,
                                    "is not the input of the plan (got header SHA-256 " + model.headerSha256()
                                            + ", expected " + input.headerSha256() + ")")
                            .inFile(input.path());
                }
            }
            return new PlanWorker(plan, method, new PlanInputs(models), limits);
        } catch (MergeException | RuntimeException | Error e) {
            models.forEach(Checkpoint::close);
            throw e;
        }
    }

    private static Path path(Input input) throws MergeException {
        try {
            return Path.of(input.path());
        } catch (InvalidPathException e) {
            throw MergeException.of(ErrorCode.MALFORMED, "the plan names an input that no path can have", e)
                    .inFile(input.path());
        }
    }

    /// How many units the next pass has, or 0 if the next pass emits.
    ///
    /// @param finished the merged states of all passes so far
    public int unitCount(List<byte[]> finished) throws MergeException {
        Statistic<?> next = next(finished);
        return next == null ? 0 : executor.unitCount(next);
    }

    /// How many units the emit pass has.
    public int emitUnitCount() {
        return grid.units().size();
    }

    /// The state of the next pass over some units, in its binary form.
    ///
    /// @param finished the merged states of all passes so far
    public byte[] reduce(List<byte[]> finished, BitSet units) throws MergeException {
        Statistic<?> next = require(next(finished));
        return bytes(executor.reduce(next, units));
    }

    /// Merges states of the next pass.
    ///
    /// @param finished the merged states of all passes before it
    public byte[] mergeStates(List<byte[]> finished, List<byte[]> parts) throws MergeException {
        Statistic<?> next = require(next(finished));
        Statistic.State total = next.newState();
        for (byte[] part : parts) {
            total.merge(state(next, part));
        }
        return bytes(total);
    }

    /// Compares copied tensors of the experts with the base's, as every merge does before its first pass; one
    /// worker does it for all.
    ///
    /// @return lines of warning
    /// @throws MergeException `UNSUPPORTED_DTYPE` for narrow floats that differ
    public List<String> checkCopies() throws MergeException {
        return new CopyCheck(inputs, new Progress(MergeObserver.NONE, 1)).run(plan);
    }

    /// Creates the output files with their headers, and the index of several; they grow to their size as units are
    /// written.
    ///
    /// @param folder an existing folder
    public void createOutputs(Storage storage, Path folder) throws MergeException {
        OutputFiles.createEmpty(plan, storage, folder);
    }

    /// Computes some units and writes them.
    ///
    /// @param finished the merged states of all passes
    /// @param sinks one per output file, in the plan's order
    public void emit(List<byte[]> finished, BitSet units, List<ShardSink> sinks) throws MergeException {
        List<OutputFile> files = plan.outputs();
        if (sinks.size() != files.size()) {
            throw new IllegalArgumentException(sinks.size() + " sinks for " + files.size() + " files");
        }
        MergeMethod.Step step = plan.mergedElementCount() == 0 ? slice -> {} : method.prepare(replay(finished));
        executor.emit(method, step, units, UnitSink.to(sinks, files));
    }

    private @Nullable Statistic<?> next(List<byte[]> finished) throws MergeException {
        if (plan.mergedElementCount() == 0) {
            return null;
        }
        try {
            MergeMethod.Step _ = method.prepare(replay(finished));
            return null;
        } catch (Unfinished e) {
            return e.statistic;
        }
    }

    private PlanScan replay(List<byte[]> finished) {
        int[] pass = {0};
        return new PlanScan(
                plan,
                statistic -> {
                    if (pass[0] == finished.size()) {
                        throw new Unfinished(statistic);
                    }
                    return state(statistic, finished.get(pass[0]++));
                },
                _ -> {});
    }

    private static Statistic<?> require(@Nullable Statistic<?> next) {
        if (next == null) {
            throw new IllegalStateException("all passes are finished");
        }
        return next;
    }

    private static byte[] bytes(Statistic.State state) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            state.write(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static Statistic.State state(Statistic<?> statistic, byte[] bytes) throws MergeException {
        Statistic.State state = statistic.newState();
        try {
            state.read(new DataInputStream(new ByteArrayInputStream(bytes)));
        } catch (IOException e) {
            throw MergeException.of(
                    ErrorCode.MALFORMED,
                    "a state of " + statistic.name() + " is cut short (got " + bytes.length + " bytes)",
                    e);
        }
        return state;
    }

    @Override
    public void close() {
        inputs.models().forEach(Checkpoint::close);
    }

    /// Leaves a replayed `prepare` where the next pass is known.
    private static final class Unfinished extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Statistic<?> statistic;

        Unfinished(Statistic<?> statistic) {
            super(null, null, false, false);
            this.statistic = statistic;
        }
    }
}
