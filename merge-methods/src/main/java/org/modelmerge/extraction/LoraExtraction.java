package org.modelmerge.extraction;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.OutputTransaction;
import org.modelmerge.checkpoint.Shard;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.engine.DifferenceReader;
import org.modelmerge.engine.MergeJob;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.engine.MergeRequest.Limits;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.extraction.ExtractionOutcome.Extracted;
import org.modelmerge.extraction.ExtractionOutcome.LeftOut;
import org.modelmerge.kernel.CounterHash;
import org.modelmerge.kernel.LowRankSums;
import org.modelmerge.svd.TruncatedSvd;
import org.modelmerge.svd.Workers;
import org.modelmerge.svd.Workspace;

/// The extraction of a LoRA adapter from a fine-tune: per weight matrix, the best approximation of the difference
/// `tau = expert - base` by a product `B A` of rank r, which is its truncated singular value decomposition (Eckart
/// and Young, 1936).
///
/// Opening reads headers and aligns tensors as a merge does. One tensor is worked on at a time. Vectors cannot be
/// factored: what changed in them is left out, and told.
public final class LoraExtraction implements AutoCloseable {
    private final ExtractionRequest request;
    private final MergeJob job;
    private final Workspace workspace;
    private final DifferenceReader reader = new DifferenceReader("the base's", "to leave it out");

    private LoraExtraction(ExtractionRequest request, MergeJob job) throws MergeException {
        this.request = request;
        this.job = job;
        Limits limits = request.models().limits();
        this.workspace = new Workspace(new Workers(limits.fittingWorkers(this::peakMemoryBytes)));
    }

    /// Estimated peak of the process, in bytes; one thread reads at a time.
    ///
    /// @param threads of each decomposition
    private long peakMemoryBytes(int threads) {
        long peak = 0;
        for (PlannedTensor tensor : job.plan().tensors()) {
            if (tensor.isMerged() && ModuleFactors.canHold(tensor.name(), tensor.shape())) {
                ModuleFactors module = ModuleFactors.of(tensor.name(), tensor.shape(), request.rank());
                peak = Math.max(peak, module.peakBytes(request.svd(), threads));
            }
        }
        long models = base().memoryBytes(1) + expert().memoryBytes(1);
        return MergeJob.PROCESS_BYTES + Workspace.PROCESS_BYTES + DifferenceReader.BYTES + models + peak;
    }

    /// Opens both models.
    ///
    /// @throws MergeException as [MergeJob#open] does, and if the output exists and may not be replaced
    public static LoraExtraction open(ExtractionRequest request) throws MergeException {
        Storage storage = request.models().storage();
        OutputTransaction.check(storage, request.output(), true, request.force());
        MergeJob job = MergeJob.open(request.models());
        try {
            refuseInputs(storage, request.output(), job.inputs());
            return new LoraExtraction(request, job);
        } catch (MergeException | RuntimeException | Error e) {
            job.close();
            throw e;
        }
    }

    private static void refuseInputs(Storage storage, Path output, List<Checkpoint> inputs) throws MergeException {
        if (storage.kind(output) == Storage.Kind.ABSENT) {
            return;
        }
        Path real = storage.realPath(output);
        for (Checkpoint input : inputs) {
            for (Shard shard : input.shards()) {
                if (storage.realPath(Path.of(shard.name())).startsWith(real)) {
                    throw MergeException.of(
                                    ErrorCode.OUTPUT_IS_INPUT,
                                    "this output holds the input " + Printable.text(shard.name()))
                            .inFile(output.toString())
                            .withHint("choose another output with -o");
                }
            }
        }
    }

    /// Where inputs lie and the output goes.
    public Storage storage() {
        return request.models().storage();
    }

    /// Base and expert.
    public List<Checkpoint> inputs() {
        return job.inputs();
    }

    /// Extracts into a folder.
    ///
    /// @param folder empty, where the adapter is built before it gets its place
    /// @throws MergeException whatever goes wrong; the folder may hold parts then
    public ExtractionOutcome run(Path folder, MergeObserver observer) throws MergeException {
        Map<ModuleFactors, TaskMatrix> matrices = new LinkedHashMap<>();
        Map<ModuleFactors, Double> squares = new LinkedHashMap<>();
        List<LeftOut> leftOut = new ArrayList<>();
        int unchanged = measure(matrices, squares, leftOut, observer);
        if (matrices.isEmpty()) {
            throw MergeException.of(
                            ErrorCode.DEGENERATE,
                            "no matrix differs from the base (got " + unchanged + " equal tensors and " + leftOut.size()
                                    + " changed vectors, expected a changed matrix)")
                    .inFile(expert().path());
        }
        List<ModuleFactors> modules = List.copyOf(matrices.keySet());
        List<Extracted> extracted = new ArrayList<>();
        Map<String, String> sha256;
        long bytesWritten;
        try (AdapterFiles files = new AdapterFiles(storage(), folder, modules, request.dtype())) {
            observer.passStarted("decompose", 2, 2, bytes(matrices));
            for (Map.Entry<ModuleFactors, TaskMatrix> entry : matrices.entrySet()) {
                ModuleFactors module = entry.getKey();
                extracted.add(extract(module, entry.getValue(), squares.getOrDefault(module, 0.0), files));
                heard(observer, entry.getValue());
            }
            sha256 = files.finish(modules, request.rank(), base().name());
            bytesWritten = files.bytesWritten();
        }
        for (Checkpoint model : job.inputs()) {
            model.checkUnchanged();
        }
        return new ExtractionOutcome(
                base().name(),
                expert().name(),
                extracted,
                leftOut,
                unchanged,
                bytesWritten,
                sha256,
                job.headerWarnings());
    }

    private int measure(
            Map<ModuleFactors, TaskMatrix> matrices,
            Map<ModuleFactors, Double> squares,
            List<LeftOut> leftOut,
            MergeObserver observer)
            throws MergeException {
        int unchanged = 0;
        Map<String, TaskMatrix> all = new LinkedHashMap<>();
        for (PlannedTensor tensor : job.plan().tensors()) {
            if (tensor.isMerged()) {
                all.put(tensor.name(), TaskMatrix.of(base(), expert(), tensor.name(), reader));
            }
        }
        observer.passStarted("measure", 1, 2, bytes(all));
        for (Map.Entry<String, TaskMatrix> entry : all.entrySet()) {
            String name = entry.getKey();
            TaskMatrix tau = entry.getValue();
            double sum = tau.squares();
            if (sum == 0) {
                unchanged++;
            } else if (ModuleFactors.canHold(name, tau.shape())) {
                ModuleFactors module = ModuleFactors.of(name, tau.shape(), request.rank());
                matrices.put(module, tau);
                squares.put(module, sum);
            } else {
                leftOut.add(new LeftOut(name, tau.shape(), sum));
            }
            heard(observer, tau);
        }
        return unchanged;
    }

    private Extracted extract(ModuleFactors module, TaskMatrix tau, double squares, AdapterFiles files)
            throws MergeException {
        String name = module.module() + ".weight";
        TruncatedSvd svd =
                TruncatedSvd.of(tau, module.rank(), request.svd(), CounterHash.key(request.seed(), name), workspace);
        ModuleFactors.Split written = ModuleFactors.split(svd);
        files.write(module, written);
        long bytes = module.outputs(request.dtype()).stream()
                .mapToLong(
                        factor -> factor.shape().elementCount() * factor.dtype().bytes())
                .sum();
        return new Extracted(
                name, module.shape(), module.rank(), bytes, squares, residualSquares(tau, written), svd.exact());
    }

    /// `|tau - L R|^2` of factors as they were rounded.
    private static double residualSquares(TaskMatrix tau, ModuleFactors.Split factors) throws MergeException {
        int columns = tau.columns();
        double[] right = new double[factors.right().length];
        for (int k = 0; k < right.length; k++) {
            right[k] = factors.right()[k];
        }
        float[][] row = new float[1][columns];
        double[] product = new double[columns];
        double squares = 0;
        for (int i = 0; i < tau.rows(); i++) {
            tau.read(i, 1, row);
            LowRankSums.row(factors.left(), i * factors.rank(), factors.rank(), right, columns, 0, product, columns);
            for (int j = 0; j < columns; j++) {
                double difference = row[0][j] - product[j];
                squares += difference * difference;
            }
        }
        return squares;
    }

    private static long bytes(Map<?, TaskMatrix> matrices) {
        return matrices.values().stream().mapToLong(TaskMatrix::bytes).sum();
    }

    private static void heard(MergeObserver observer, TaskMatrix tau) throws MergeException {
        if (observer.isCancelled()) {
            throw MergeException.of(ErrorCode.CANCELLED, "cancelled");
        }
        observer.bytesRead(tau.bytes());
    }

    private Checkpoint base() {
        return job.inputs().getFirst();
    }

    private Checkpoint expert() {
        return job.inputs().getLast();
    }

    @Override
    public void close() {
        job.close();
    }
}
