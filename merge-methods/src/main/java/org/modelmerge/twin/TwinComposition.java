package org.modelmerge.twin;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.CheckpointLayout;
import org.modelmerge.checkpoint.CodePointOrder;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.OutputTensor;
import org.modelmerge.checkpoint.ShardLayout;
import org.modelmerge.checkpoint.ShardSink;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.engine.MergeRequest.Limits;
import org.modelmerge.engine.MergeRequest.OutputForm;
import org.modelmerge.engine.Provenance;
import org.modelmerge.engine.Version;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.json.JsonWriter;

/// Writes the ordinary checkpoint that a Twin folder means for given weights.
///
/// ```
/// theta* = theta_s + w_1 v_1 + ... + w_n v_n       from the left, product and sum rounded separately
/// ```
///
/// Biases that were kept for an oracle enter with weight 1 from the task that is named. Computed in float32, rounded
/// once to the output's dtype. Memory: the factors of one tensor per thread.
public final class TwinComposition {
    /// What the JVM itself takes, as for merges.
    private static final long JVM_BYTES = 60L << 20;

    private final TwinFolder folder;
    private final float[] weights;
    private final @Nullable String task;
    private final OutputForm form;
    private final int threads;
    private final CheckpointLayout layout;

    private TwinComposition(
            TwinFolder folder,
            float[] weights,
            @Nullable String task,
            OutputForm form,
            int threads,
            CheckpointLayout layout) {
        this.folder = folder;
        this.weights = weights;
        this.task = task;
        this.form = form;
        this.threads = threads;
        this.layout = layout;
    }

    /// Plans the output.
    ///
    /// @param weights one finite number per task, copied
    /// @param task the task whose biases are taken, where the folder keeps them for an oracle; else null
    /// @throws MergeException `USAGE` if weights or task do not fit the folder
    public static TwinComposition of(
            TwinFolder folder, float[] weights, @Nullable String task, OutputForm form, Limits limits)
            throws MergeException {
        List<String> tasks = folder.tasks();
        if (weights.length != tasks.size()) {
            throw MergeException.of(
                    ErrorCode.USAGE,
                    "wrong number of weights (got " + weights.length + ", expected " + tasks.size()
                            + ", one per task)");
        }
        boolean hasOracle = folder.manifest().hasOracleTensors();
        if (hasOracle && (task == null || !tasks.contains(task))) {
            throw MergeException.of(
                    ErrorCode.USAGE,
                    "the biases of this folder are the true task's (got "
                            + (task == null ? "no task" : "task " + Printable.text(task))
                            + ", expected one of "
                            + Printable.text(String.join(", ", tasks)) + ")");
        }
        if (!hasOracle && task != null) {
            throw MergeException.of(ErrorCode.USAGE, "the biases of this folder are not a task's: name none");
        }
        List<OutputTensor> outputs = new ArrayList<>();
        folder.shared().tensors().forEach((name, tensor) -> {
            DType dtype = tensor.info().dtype();
            DType wanted = form.dtype();
            outputs.add(new OutputTensor(
                    name,
                    wanted != null && dtype.isFloat() ? wanted : dtype,
                    tensor.info().shape()));
        });
        CheckpointLayout layout = CheckpointLayout.of(
                outputs,
                metadata(folder, weights, task),
                form.singleFile() != null ? Long.MAX_VALUE : form.maxShardBytes());
        return new TwinComposition(folder, weights.clone(), task, form, fittingThreads(folder, limits), layout);
    }

    private static int fittingThreads(TwinFolder folder, Limits limits) throws MergeException {
        long each = ComposedShard.bytesPerThread(folder);
        return limits.fittingWorkers(threads -> JVM_BYTES + threads * each);
    }

    private static Map<String, String> metadata(TwinFolder folder, float[] weights, @Nullable String task) {
        Map<String, Object> parameters = new LinkedHashMap<>(folder.manifest().parameters());
        parameters.put("weights", list(weights));
        if (task != null) {
            parameters.put("task", task);
        }
        List<Map<String, Object>> inputs = new ArrayList<>();
        inputs.add(input("shared", folder.shared()));
        for (ExclusiveExpert expert : folder.experts()) {
            inputs.add(input(expert.task(), expert.file()));
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt");
        metadata.put(Provenance.VERSION, Version.text());
        metadata.put(Provenance.METHOD, TwinMerging.NAME);
        metadata.put(Provenance.PARAMETERS, JsonWriter.write(parameters));
        metadata.put(Provenance.SETTINGS, JsonWriter.write(folder.manifest().settings()));
        metadata.put(Provenance.INPUTS, JsonWriter.write(inputs));
        return metadata;
    }

    private static Map<String, Object> input(String name, Checkpoint file) {
        Map<String, Object> input = new LinkedHashMap<>();
        input.put("name", name);
        input.put("size", file.sizeBytes());
        input.put("headerSha256", file.headerSha256());
        return input;
    }

    private static List<Float> list(float[] weights) {
        List<Float> list = new ArrayList<>();
        for (float weight : weights) {
            list.add(weight);
        }
        return list;
    }

    /// The weights, one per task, copied.
    public float[] weights() {
        return weights.clone();
    }

    /// The task whose biases are taken, null where they are routed or shared.
    public @Nullable String task() {
        return task;
    }

    /// The files of the output.
    public CheckpointLayout layout() {
        return layout;
    }

    /// Bytes that are read.
    public long bytesToRead() {
        long bytes = folder.shared().sizeBytes();
        for (ExclusiveExpert expert : folder.experts()) {
            bytes += expert.file().sizeBytes();
        }
        return bytes;
    }

    /// What a composition wrote.
    ///
    /// @param sha256 file name to hash of the whole file, in name order
    /// @param bytesWritten of all files
    public record Outcome(Map<String, String> sha256, long bytesWritten) {}

    /// Writes the files, forced to the device.
    ///
    /// @param target an existing folder without these files, usually a staging folder
    /// @throws MergeException whatever goes wrong; files written so far are left to the caller's transaction
    public Outcome run(Path target, MergeObserver observer) throws MergeException {
        Storage storage = folder.storage();
        Map<String, String> sha256 = new TreeMap<>(CodePointOrder.INSTANCE);
        long written = 0;
        observer.passStarted("compose", 1, 1, folder.shared().sizeBytes());
        for (ShardLayout shard : layout.shards()) {
            String single = form.singleFile();
            String name = single != null ? single : shard.fileName();
            try (ShardSink sink = storage.create(target.resolve(name))) {
                sink.write(shard.header(), 0);
                new ComposedShard(folder, weights, task, threads, shard, sink, observer).write();
                sha256.put(name, ComposedShard.hash(sink, shard.fileSize()));
                sink.force(shard.fileSize());
                written += shard.fileSize();
            } catch (MergeException e) {
                throw e.inFile(name);
            }
        }
        byte[] index = layout.index();
        if (index != null) {
            storage.write(target.resolve(CheckpointLayout.INDEX_NAME), index);
            sha256.put(CheckpointLayout.INDEX_NAME, Hashes.of(index));
            written += index.length;
        }
        folder.checkUnchanged();
        return new Outcome(sha256, written);
    }
}
