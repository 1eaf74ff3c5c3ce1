package org.modelmerge.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.OutputTransaction;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.engine.MergeJob;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergePlan;
import org.modelmerge.engine.MergeResult;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.Evaluation;
import org.modelmerge.method.MergeMethod.PassDescription;

/// A whole merge in one call: the model, its documents and their publication, all or nothing.
///
/// ```java
/// try (MergeSession session = MergeSession.open(order)) {
///     MergeOutcome outcome = session.run(MergeObserver.NONE);
/// }
/// ```
///
/// Opening is the preflight: it reads all headers, makes the plan and looks at the outputs, and writes nothing.
public final class MergeSession implements AutoCloseable {
    private final MergeOrder order;
    private final MergeJob job;
    private final List<String> inputWarnings;

    private MergeSession(MergeOrder order, MergeJob job, List<String> inputWarnings) {
        this.order = order;
        this.job = job;
        this.inputWarnings = inputWarnings;
    }

    /// Opens the inputs and checks everything that can be checked before work.
    ///
    /// @throws MergeException if the inputs cannot be read or merged, or an output exists or is an input
    public static MergeSession open(MergeOrder order) throws MergeException {
        Storage storage = order.merge().storage();
        MergeJob job = MergeJob.open(order.merge());
        try {
            List<String> warnings = InputChecks.of(storage, job.inputs());
            for (Output output : outputs(order)) {
                InputChecks.refuseOutput(storage, job.inputs(), output.path());
                OutputTransaction.check(storage, output.path(), output.isFolder(), order.force());
            }
            Path baseFolder = job.inputs().getFirst().folder();
            if (!order.isFile() && baseFolder != null) {
                SideFiles.names(storage, baseFolder);
            }
            return new MergeSession(order, job, warnings);
        } catch (MergeException | RuntimeException | Error e) {
            job.close();
            throw e;
        }
    }

    private record Output(Path path, boolean isFolder) {}

    private static List<Output> outputs(MergeOrder order) {
        List<Output> outputs = new ArrayList<>();
        outputs.add(new Output(order.output(), !order.isFile()));
        Path report = order.reportBeside();
        if (report != null) {
            outputs.add(new Output(withSuffix(report, ".html"), false));
            outputs.add(new Output(withSuffix(report, ".json"), false));
        }
        if (order.recipe() != null) {
            outputs.add(new Output(order.recipe(), false));
        }
        if (order.coefficients() != null) {
            outputs.add(new Output(order.coefficients(), false));
        }
        return outputs;
    }

    /// What was ordered.
    public MergeOrder order() {
        return order;
    }

    /// The plan.
    public MergePlan plan() {
        return job.plan();
    }

    /// The method's passes in their usual course.
    public List<PassDescription> passes() {
        return job.method().passes();
    }

    /// Estimated peak of the process, in bytes.
    public long peakMemoryBytes() {
        return job.peakMemoryBytes();
    }

    /// Bytes that the usual passes read.
    public long expectedBytesRead() {
        return job.expectedBytesRead();
    }

    /// What inputs and headers alone give reason to warn of.
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>(inputWarnings);
        warnings.addAll(job.headerWarnings());
        return warnings;
    }

    /// Merges, writes all documents, and publishes them together.
    ///
    /// @throws MergeException whatever goes wrong; nothing is left behind then
    public MergeOutcome run(MergeObserver observer) throws MergeException {
        return run(observer, null, null);
    }

    /// Merges, evaluates the result before it is published, writes all documents, and publishes them together.
    ///
    /// @param evaluator asked once the weights are complete; null for no evaluation
    /// @throws MergeException whatever goes wrong, also in the evaluation; nothing is left behind then
    public MergeOutcome run(MergeObserver observer, @Nullable OutputEvaluator evaluator) throws MergeException {
        return run(observer, evaluator, null);
    }

    /// The same for a merge whose coefficients were learned.
    ///
    /// @param learning how they were learned, for the report; null if they were given
    /// @throws MergeException whatever goes wrong, also in the evaluation; nothing is left behind then
    public MergeOutcome run(MergeObserver observer, @Nullable OutputEvaluator evaluator, @Nullable Learning learning)
            throws MergeException {
        try (OutputTransaction transaction =
                OutputTransaction.begin(order.merge().storage(), order.force())) {
            try {
                return run(transaction, observer, evaluator, learning);
            } catch (MergeException e) {
                throw transaction.inOutputs(e);
            }
        }
    }

    /// Uses a model that exists only as long as it is used.
    ///
    /// @param <R> what comes of it
    @FunctionalInterface
    interface Use<R> {
        R of(Path model) throws MergeException;
    }

    /// Merges and writes all documents in the hidden place of an output that is never published, has it used, and
    /// removes it; an error or a signal removes it, too.
    ///
    /// @throws MergeException whatever goes wrong, also in the use
    <R> R runUnpublished(MergeObserver observer, Use<R> use) throws MergeException {
        try (OutputTransaction transaction =
                OutputTransaction.begin(order.merge().storage(), order.force())) {
            Staged staged = Staged.in(transaction, order);
            MergeResult result = weights(staged, observer);
            new Documents(order, job.plan(), job.inputs().getFirst(), staged).write(result, null, null);
            return use.of(staged.output());
        }
    }

    private MergeResult weights(Staged staged, MergeObserver observer) throws MergeException {
        MergeResult result = withWarnings(inputWarnings, job.run(staged.weights(), observer));
        if (order.isFile()) {
            Path written = staged.weights().resolve(order.output().getFileName());
            order.merge().storage().move(written, staged.output());
        }
        return result;
    }

    private MergeOutcome run(
            OutputTransaction transaction,
            MergeObserver observer,
            @Nullable OutputEvaluator evaluator,
            @Nullable Learning learning)
            throws MergeException {
        Staged staged = Staged.in(transaction, order);
        MergeResult result = weights(staged, observer);
        Evaluation evaluation = evaluator == null ? null : evaluator.evaluate(staged.output());
        MergeOutcome outcome =
                new Documents(order, job.plan(), job.inputs().getFirst(), staged).write(result, evaluation, learning);
        transaction.publish();
        return outcome;
    }

    /// The result with warnings put before its own.
    static MergeResult withWarnings(List<String> first, MergeResult result) {
        List<String> warnings = new ArrayList<>(first);
        warnings.addAll(result.warnings());
        return new MergeResult(
                result.sha256(),
                result.inputSha256(),
                result.bytesRead(),
                result.bytesWritten(),
                result.statistics(),
                warnings);
    }

    static Path withSuffix(Path prefix, String suffix) {
        return prefix.resolveSibling(prefix.getFileName() + suffix);
    }

    /// Closes the inputs.
    @Override
    public void close() {
        job.close();
    }
}
