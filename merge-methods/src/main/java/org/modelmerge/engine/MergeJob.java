package org.modelmerge.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.engine.MergeRequest.Hashing;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.LinearInLambda;
import org.modelmerge.method.LinearInLambda.Directions;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.method.MergeMethod.PassDescription;
import org.modelmerge.method.Scan;

/// One merge from open inputs to written output. Opening reads and checks every header and nothing else.
///
/// Not for use by several threads; it starts threads of its own and ends them before a call returns.
public final class MergeJob implements AutoCloseable {
    /// What the JVM itself takes with this program loaded, in bytes; part of all estimates.
    public static final long PROCESS_BYTES = Workload.JVM_BYTES;

    private final MergeRequest request;
    private final MergeMethod method;
    private final PlanInputs inputs;
    private final MergePlan plan;
    private final List<String> headerWarnings;
    private final Workload workload;
    private final LeafGrid grid;

    private MergeJob(
            MergeRequest request, MergeMethod method, PlanInputs inputs, MergePlan plan, List<String> headerWarnings)
            throws MergeException {
        this.request = request;
        this.method = method;
        this.inputs = inputs;
        this.plan = plan;
        this.headerWarnings = List.copyOf(headerWarnings);
        this.workload = Workload.of(plan, method.passes().size() > 1, inputs::memoryBytes, request.limits());
        this.grid = LeafGrid.of(plan);
    }

    /// Opens the inputs, aligns their tensors and makes the plan.
    ///
    /// @throws MergeException if an input is malformed, or the inputs cannot be merged
    public static MergeJob open(MergeRequest request) throws MergeException {
        return open(request, openAll(request));
    }

    /// The same with models that are open already, whatever the request's paths lead to.
    ///
    /// @param models base first; closed with the job, or at once if this fails
    public static MergeJob open(MergeRequest request, List<Checkpoint> models) throws MergeException {
        try {
            Alignment alignment = Alignment.of(request, models);
            alignment.mismatches().throwIfAny();
            List<String> warnings = new ArrayList<>(alignment.warnings());
            MergePlanner planner = new MergePlanner(request, models, alignment);
            MergeMethod bound = request.method().bind(planner.outline(warnings::add));
            MergePlan plan = planner.plan(bound);
            warnings.addAll(HeaderWarnings.of(plan));
            return new MergeJob(request, bound, new PlanInputs(models), plan, warnings);
        } catch (MergeException | RuntimeException | Error e) {
            models.forEach(Checkpoint::close);
            throw e;
        }
    }

    /// What keeps the models from being merged, one line each; empty if nothing does.
    ///
    /// @throws MergeException if an input cannot be read
    public static List<String> mismatches(MergeRequest request) throws MergeException {
        List<Checkpoint> models = openAll(request);
        try {
            return Alignment.of(request, models).mismatches().lines();
        } finally {
            models.forEach(Checkpoint::close);
        }
    }

    private static List<Checkpoint> openAll(MergeRequest request) throws MergeException {
        List<Checkpoint> models = new ArrayList<>();
        try {
            Checkpoint base = Checkpoint.open(request.storage(), request.base());
            models.add(base);
            for (Path expert : request.experts()) {
                models.add(Experts.open(request.storage(), expert, base));
            }
            for (Checkpoint model : models) {
                ModelHints.refuseAdapter(model);
            }
            return models;
        } catch (MergeException | RuntimeException | Error e) {
            models.forEach(Checkpoint::close);
            throw e;
        }
    }

    /// The plan.
    public MergePlan plan() {
        return plan;
    }

    /// The method, bound to the models.
    public MergeMethod method() {
        return method;
    }

    /// What the headers alone give reason to warn of.
    public List<String> headerWarnings() {
        return headerWarnings;
    }

    /// The open inputs, base first.
    public List<Checkpoint> inputs() {
        return inputs.models();
    }

    /// Estimated peak of the process, in bytes.
    public long peakMemoryBytes() {
        return workload.peakBytes();
    }

    /// Bytes that the usual passes read.
    public long expectedBytesRead() {
        long bytes = MergeBytes.ofEmit(plan) - MergeBytes.ofMergedTensors(plan) + MergeBytes.ofCopyCheck(plan);
        for (PassDescription pass : usualPasses()) {
            bytes += switch (pass.reads()) {
                case SAMPLE -> Sampling.of(plan).bytes(plan, grid);
                case ONCE -> MergeBytes.ofMergedTensors(plan);
                case TWICE -> 2 * MergeBytes.ofMergedTensors(plan);
            };
        }
        return bytes;
    }

    private int passCount() {
        return usualPasses().size() + (MergeBytes.ofCopyCheck(plan) > 0 ? 1 : 0);
    }

    private List<PassDescription> usualPasses() {
        return method.passes().stream().filter(pass -> !pass.conditional()).toList();
    }

    /// Writes the output files, forced to the device, into `outputFolder` under the names of the plan.
    ///
    /// @param outputFolder an existing folder without these files, usually a staging folder
    /// @throws MergeException whatever goes wrong; files written so far are left to the caller's transaction
    public MergeResult run(Path outputFolder, MergeObserver observer) throws MergeException {
        JobRun run = start(plan, observer, passCount());
        run.checkCopies();
        MergeMethod.Step step = run.prepare(method);
        LeafStatistics leaves;
        Map<String, String> sha256;
        try (OutputFiles files =
                OutputFiles.create(plan, grid, request.storage(), outputFolder, request.hashing() != Hashing.NOTHING)) {
            leaves = run.executor().emit(method, step, allUnits(), files);
            sha256 = files.finish();
        }
        WeightStatistics statistics = plan.statistics() ? leaves.finish(plan, grid) : null;
        if (statistics != null) {
            run.warn(ValueWarnings.of(statistics));
        }
        List<Map<String, String>> inputHashes =
                request.hashing() == Hashing.EVERYTHING ? inputs.sha256(plan, run.progress()) : noHashes();
        checkUnchanged();
        long written = plan.outputs().stream()
                .mapToLong(MergePlan.OutputFile::sizeBytes)
                .sum();
        return new MergeResult(sha256, inputHashes, run.progress().bytesRead(), written, statistics, run.warnings());
    }

    /// Takes the method's statistics and gives the result as tensors in memory, bit for bit what [#run] would
    /// write, for whoever wants to use the merged model without a file.
    ///
    /// @param observer hears of these passes, and of what the tensors read later; may stop either
    /// @return valid until this job is closed; weights are not measured
    public MergedTensors tensors(MergeObserver observer) throws MergeException {
        JobRun run = start(plan.withoutStatistics(), observer, passCount());
        run.checkCopies();
        MergeMethod.Step step = run.prepare(method);
        return new MergedTensors(run.context(), method, step, run.warnings());
    }

    /// Prepares merges of these models that differ from this one in lambda alone.
    ///
    /// @param observer hears of these passes, and of what the tensors read later; may stop either
    /// @return valid until this job is closed; null if the method's result is not linear in lambda
    /// @throws MergeException as [#tensors] does
    public @Nullable LambdaSweep sweep(MergeObserver observer) throws MergeException {
        if (!(method instanceof LinearInLambda linear) || plan.mergedElementCount() == 0) {
            return null;
        }
        JobRun run = start(plan.withoutStatistics(), observer, passCount() + 1);
        run.checkCopies();
        Directions directions = linear.directions(run.scan());
        StoredDirections stored =
                StoredDirections.of(run.context(), directions, method.keepsAgreement(), memoryForDirections());
        return new LambdaSweep(run.context(), linear, directions, stored, run.warnings());
    }

    /// What the memory limit leaves, or half of what the heap has left.
    private long memoryForDirections() {
        long limit = request.limits().memoryBytes();
        if (limit > 0) {
            return limit - workload.peakBytes();
        }
        Runtime runtime = Runtime.getRuntime();
        return (runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory()) / 2;
    }

    /// Measures all weights, also of large models, without writing anything: what `check` shows. The merged task vector
    /// is the method's. For requests with statistics.
    public MergeResult measure(MergeObserver observer) throws MergeException {
        return measure(observer, Sampling.ALL);
    }

    MergeResult measure(MergeObserver observer, Sampling measured) throws MergeException {
        if (!plan.statistics()) {
            throw new IllegalStateException("the request leaves the statistics out");
        }
        JobRun run = start(plan, observer, passCount(), measured);
        run.checkCopies();
        MergeMethod.Step step = run.prepare(method);
        WeightStatistics statistics =
                run.executor().emit(method, step, allUnits(), UnitSink.DISCARD).finish(plan, grid);
        run.warn(ValueWarnings.of(statistics));
        checkUnchanged();
        return new MergeResult(Map.of(), noHashes(), run.progress().bytesRead(), 0, statistics, run.warnings());
    }

    /// Measurements of the merged tensors, for programs that learn or search.
    ///
    /// @param warnings takes what measurements warn of
    public Scan scan(MergeObserver observer, Consumer<String> warnings) {
        return new PlanScan(plan, start(plan, observer, passCount()).executor()::reduce, warnings);
    }

    /// Computes a random sample of an earlier output's bytes again and compares them.
    ///
    /// @param output an output of this plan: the same tensors in the same files, in the same order
    /// @param share of the units of work, in (0, 1]; at least one is checked
    /// @param seed chooses the sample
    /// @throws MergeException `MISMATCH` if the output is not laid out as this plan's
    public Recomputation recompute(Checkpoint output, double share, long seed, MergeObserver observer)
            throws MergeException {
        Recomputation.requireLayout(plan, output);
        JobRun run = start(plan, observer, method.passes().size());
        MergeMethod.Step step = run.prepare(method);
        BitSet units = Recomputation.sample(grid.units().size(), share, seed);
        Recomputation.ComparingSink sink = new Recomputation.ComparingSink(plan, output);
        LeafStatistics _ = run.executor().emit(method, step, units, sink);
        checkUnchanged();
        return sink.result(grid.units().size(), units.cardinality());
    }

    private JobRun start(MergePlan planned, MergeObserver observer, int passes) {
        return start(planned, observer, passes, Sampling.ofStatistics(planned));
    }

    private JobRun start(MergePlan planned, MergeObserver observer, int passes, Sampling measured) {
        PassContext context = new PassContext(planned, grid, inputs, workload, new Progress(observer, passes));
        return new JobRun(context, new LocalExecutor(context, measured), headerWarnings);
    }

    private BitSet allUnits() {
        BitSet all = new BitSet();
        all.set(0, grid.units().size());
        return all;
    }

    private List<Map<String, String>> noHashes() {
        return inputs.models().stream().map(_ -> Map.<String, String>of()).toList();
    }

    private void checkUnchanged() throws MergeException {
        for (Checkpoint model : inputs.models()) {
            model.checkUnchanged();
        }
    }

    @Override
    public void close() {
        inputs.models().forEach(Checkpoint::close);
    }
}
