package org.modelmerge.twin;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.OutputTensor;
import org.modelmerge.checkpoint.ShardLayout;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.engine.MergeJob;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergePlan;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.engine.MergeRequest.Hashing;
import org.modelmerge.engine.MergeResult;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.lora.LoraAdapter;
import org.modelmerge.svd.Workspace;
import org.modelmerge.twin.TwinManifest.Part;
import org.modelmerge.twin.TwinManifest.Tensor;

/// Makes a Twin folder: merges the shared expert, then compresses what each expert has beyond it, tensor by tensor.
///
/// Opening reads and checks every header and nothing else. Not for use by several threads; it starts threads of its own
/// and ends them before a call returns. Memory: what a merge takes, then one tensor with its factors per thread, and no
/// more than one tensor of more than four million elements at a time.
public final class TwinExtraction implements AutoCloseable {
    private final MergeRequest request;
    private final TwinMerging method;
    private final MergeJob job;
    private final @Nullable Checkpoint apartBase;
    private final ExclusivePlan exclusive;
    private final int threads;

    private TwinExtraction(
            MergeRequest request,
            TwinMerging method,
            MergeJob job,
            @Nullable Checkpoint apartBase,
            ExclusivePlan exclusive)
            throws MergeException {
        this.request = request;
        this.method = method;
        this.job = job;
        this.apartBase = apartBase;
        this.exclusive = exclusive;
        this.threads = request.limits().fittingWorkers(this::peakMemoryBytes);
    }

    /// Opens the inputs and plans what will be kept.
    ///
    /// @param request a merge by [TwinMerging]; of its output's form only the dtype counts, for the shared expert
    /// @throws MergeException if an input is malformed, or the inputs cannot be merged
    public static TwinExtraction open(MergeRequest request) throws MergeException {
        if (!(request.method() instanceof TwinMerging method)) {
            throw new IllegalArgumentException("method " + request.method().name() + ", expected twin");
        }
        Path shared = method.shared();
        if (shared != null) {
            refuseAdapters(request, shared);
        }
        MergeRequest named = request.withSingleFile(TwinManifest.SHARED_FILE)
                .withHashing(request.hashing() == Hashing.NOTHING ? Hashing.OUTPUTS : request.hashing());
        MergeRequest merge = shared == null ? named : named.withBase(shared);
        MergeJob job = method.adapters() == Adapters.SEPARATE
                ? MergeJob.open(merge, SeparateFactors.open(merge))
                : MergeJob.open(merge);
        Checkpoint apartBase = null;
        try {
            if (shared != null) {
                apartBase = Checkpoint.open(request.storage(), request.base());
                requireSameShapes(apartBase, job.plan(), shared);
            }
            return new TwinExtraction(merge, method, job, apartBase, ExclusivePlan.of(method, job.plan()));
        } catch (MergeException | RuntimeException | Error e) {
            job.close();
            if (apartBase != null) {
                apartBase.close();
            }
            throw e;
        }
    }

    /// With a shared expert in the base's place, an adapter would be folded into the wrong weights.
    private static void refuseAdapters(MergeRequest request, Path shared) throws MergeException {
        List<Path> models = new ArrayList<>(request.experts());
        models.add(shared);
        for (Path model : models) {
            if (LoraAdapter.isAdapter(request.storage(), model)) {
                throw MergeException.of(ErrorCode.USAGE, "--shared takes whole models, and this is a LoRA adapter")
                        .inFile(model.toString())
                        .withHint("without --shared adapters are folded into the base");
            }
        }
    }

    private static void requireSameShapes(Checkpoint base, MergePlan plan, Path shared) throws MergeException {
        for (PlannedTensor tensor : plan.tensors()) {
            StoredTensor ours = base.tensor(tensor.name());
            if (tensor.isMerged() && (ours == null || !ours.info().shape().equals(tensor.shape()))) {
                throw MergeException.of(
                                ErrorCode.MISMATCH,
                                "the shared expert is no merge of this base (got " + tensor.shape() + ", the base has "
                                        + (ours == null
                                                ? "no such tensor"
                                                : ours.info().shape().toString())
                                        + ")")
                        .inFile(shared.toString())
                        .atTensor(tensor.name());
            }
        }
    }

    /// The plan of the shared expert.
    public MergePlan plan() {
        return job.plan();
    }

    /// What headers alone give reason to warn of.
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>(job.headerWarnings());
        warnings.addAll(exclusive.warnings());
        return warnings;
    }

    /// The open base and experts.
    public List<Checkpoint> models() {
        List<Checkpoint> models = new ArrayList<>(job.inputs());
        if (apartBase != null) {
            models.set(0, apartBase);
        }
        return models;
    }

    /// The model whose configuration and the like belong into the Twin folder: the base, or the first of adapters
    /// that are merged as adapters.
    public Checkpoint model() {
        return models().get(method.adapters() == Adapters.SEPARATE ? 1 : 0);
    }

    /// All open inputs: base, experts and, where one was given, the shared expert.
    public List<Checkpoint> inputs() {
        List<Checkpoint> inputs = models();
        if (apartBase != null) {
            inputs.add(job.inputs().getFirst());
        }
        return inputs;
    }

    /// Bytes of an exclusive expert's tensors.
    public long expertBytes(int task) {
        long bytes = 0;
        for (OutputTensor output : exclusive.outputs(task)) {
            bytes += output.byteCount();
        }
        return bytes;
    }

    /// Estimated peak of the process, in bytes.
    public long peakMemoryBytes() {
        return peakMemoryBytes(threads);
    }

    private long peakMemoryBytes(int workers) {
        return Math.max(
                job.peakMemoryBytes(),
                MergeJob.PROCESS_BYTES
                        + Workspace.PROCESS_BYTES
                        + models().stream()
                                .mapToLong(model -> model.memoryBytes(workers))
                                .sum()
                        + exclusive.peakBytes(workers));
    }

    /// Bytes that are read in the usual course.
    public long expectedBytesRead() {
        return job.expectedBytesRead()
                + 2L * Float.BYTES * exclusive.elementCount() * plan().tasks().size();
    }

    /// Writes what belongs into the folder besides its models.
    @FunctionalInterface
    public interface Documents {
        /// Called once, when all models are complete and before `twin.json` exists.
        void write(Outcome outcome) throws MergeException;
    }

    /// What an extraction did.
    ///
    /// @param manifest what `twin.json` says
    /// @param merge the merge of the shared expert
    public record Outcome(TwinManifest manifest, MergeResult merge) {}

    /// Writes all files, forced to the device, into a folder; `twin.json` comes last.
    ///
    /// @param folder an existing folder without these files, usually a staging folder
    /// @throws MergeException whatever goes wrong; files written so far are left to the caller's transaction
    public Outcome run(Path folder, MergeObserver observer) throws MergeException {
        return run(folder, observer, _ -> {});
    }

    /// The same with documents.
    public Outcome run(Path folder, MergeObserver observer, Documents documents) throws MergeException {
        MergeResult merged = job.run(folder, observer);
        Storage storage = request.storage();
        List<ExpertFile> files = new ArrayList<>();
        try (Checkpoint shared = Checkpoint.open(storage, folder.resolve(TwinManifest.SHARED_FILE))) {
            List<String> tasks = job.plan().tasks();
            TwinProvenance provenance = new TwinProvenance(method, job.plan(), apartBase, merged);
            for (int task = 0; task < tasks.size(); task++) {
                ShardLayout layout = ExpertFile.layout(exclusive.outputs(task), provenance.metadata(tasks.get(task)));
                files.add(ExpertFile.create(storage, folder, TwinManifest.expertFile(tasks.get(task)), layout));
            }
            List<Tensor> done =
                    new ExclusiveWork(method, job, shared, files, exclusive.tensors(), threads, observer).run();
            List<Part> parts = new ArrayList<>();
            for (ExpertFile file : files) {
                parts.add(file.finish());
            }
            for (Checkpoint input : inputs()) {
                input.checkUnchanged();
            }
            TwinManifest manifest = provenance.manifest(shared, parts, done);
            Outcome outcome = new Outcome(manifest, merged);
            documents.write(outcome);
            writeManifest(storage, folder, manifest);
            return outcome;
        } finally {
            files.forEach(ExpertFile::close);
        }
    }

    private static void writeManifest(Storage storage, Path folder, TwinManifest manifest) throws MergeException {
        byte[] bytes = ManifestWriter.write(manifest).getBytes(StandardCharsets.UTF_8);
        storage.write(folder.resolve(TwinManifest.FILE_NAME), bytes);
    }

    /// Closes the inputs.
    @Override
    public void close() {
        job.close();
        if (apartBase != null) {
            apartBase.close();
        }
    }
}
