package org.modelmerge.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.CheckpointLayout;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.OutputTensor;
import org.modelmerge.checkpoint.Shard;
import org.modelmerge.checkpoint.ShardLayout;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.checkpoint.TensorInfo;
import org.modelmerge.engine.MergePlan.CopyReason;
import org.modelmerge.engine.MergePlan.Input;
import org.modelmerge.engine.MergePlan.InputShard;
import org.modelmerge.engine.MergePlan.OutputFile;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.engine.MergePlan.Range;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.MergeMethod;

/// Turns aligned headers into a plan.
final class MergePlanner {
    /// Elements of a leaf: small enough to share 25 million parameters between threads, large enough that the sums of a
    /// leaf cost nothing.
    static final int LEAF_ELEMENTS = 1 << 20;

    private final MergeRequest request;
    private final List<Checkpoint> models;
    private final Alignment alignment;
    private final List<Map<Shard, Integer>> sourceIndex = new ArrayList<>();

    MergePlanner(MergeRequest request, List<Checkpoint> models, Alignment alignment) {
        this.request = request;
        this.models = models;
        this.alignment = alignment;
        for (Checkpoint model : models) {
            Map<Shard, Integer> index = new HashMap<>();
            for (Shard source : model.sources()) {
                index.put(source, index.size());
            }
            sourceIndex.add(index);
        }
    }

    /// What a method may know of the models.
    MergeMethod.Outline outline(Consumer<String> warnings) {
        List<String> merged = new ArrayList<>();
        alignment.rules().forEach((name, rule) -> {
            if (rule instanceof TensorRule.Merge) {
                merged.add(name);
            }
        });
        return new MergeMethod.Outline(
                inputs().stream().skip(1).map(Input::name).toList(), merged, warnings);
    }

    /// @param method bound to the models
    MergePlan plan(MergeMethod method) throws MergeException {
        Checkpoint base = models.getFirst();
        List<OutputTensor> outputs = new ArrayList<>();
        base.tensors().forEach((name, tensor) -> outputs.add(output(name, tensor.info())));
        String version = Version.text();
        List<Input> inputs = inputs();
        Map<String, Object> settings = Provenance.settings(request);
        Map<String, String> metadata =
                Provenance.metadata(version, method.name(), method.parameters(), settings, inputs);
        String single = request.form().singleFile();
        CheckpointLayout layout = CheckpointLayout.of(
                outputs,
                metadata,
                single != null ? Long.MAX_VALUE : request.form().maxShardBytes());
        List<PlannedTensor> tensors = new ArrayList<>();
        List<OutputFile> files = new ArrayList<>();
        for (ShardLayout shard : layout.shards()) {
            for (TensorInfo tensor : shard.tensors()) {
                tensors.add(planned(tensor, files.size(), shard.dataStart()));
            }
            String fileName = single != null ? single : shard.fileName();
            files.add(new OutputFile(fileName, headerText(shard.header()), shard.fileSize()));
        }
        byte[] index = layout.index();
        return new MergePlan(
                version,
                method.name(),
                MergePlanJson.asRead(method.parameters()),
                inputs,
                List.copyOf(tensors),
                alignment.dropped(),
                request.allowed().nonfinite(),
                request.statistics(),
                LEAF_ELEMENTS,
                List.copyOf(files),
                index == null ? null : new String(index, StandardCharsets.UTF_8),
                settings);
    }

    private OutputTensor output(String name, TensorInfo tensor) {
        DType wanted = request.form().dtype();
        boolean merged = alignment.rules().get(name) instanceof TensorRule.Merge;
        return new OutputTensor(name, merged && wanted != null ? wanted : tensor.dtype(), tensor.shape());
    }

    private PlannedTensor planned(TensorInfo tensor, int file, long dataStart) {
        TensorRule rule = alignment.rules().get(tensor.name());
        CopyReason reason = rule instanceof TensorRule.Copy(CopyReason why) ? why : null;
        StoredTensor base = models.getFirst().tensors().get(tensor.name());
        if (base == null) {
            throw new IllegalStateException("no base tensor " + tensor.name());
        }
        List<@Nullable Range> ranges = new ArrayList<>();
        ranges.add(range(0, base));
        for (Checkpoint expert : models.subList(1, models.size())) {
            StoredTensor theirs = expert.tensor(tensor.name());
            boolean compared = (reason == CopyReason.INTEGER || reason == CopyReason.UNSUPPORTED_DTYPE)
                    && Alignment.isComparable(theirs, base.info());
            ranges.add(theirs != null && (reason == null || compared) ? range(ranges.size(), theirs) : null);
        }
        return new PlannedTensor(
                tensor.name(),
                tensor.shape(),
                tensor.dtype(),
                reason,
                Collections.unmodifiableList(ranges),
                file,
                dataStart + tensor.begin());
    }

    private Range range(int model, StoredTensor tensor) {
        int source = sourceIndex.get(model).getOrDefault(tensor.shard(), 0);
        return new Range(source, tensor.info().dtype(), tensor.fileOffset());
    }

    private static String headerText(ByteBuffer header) {
        byte[] bytes = new byte[header.remaining() - Long.BYTES];
        header.position(Long.BYTES).get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private List<Input> inputs() {
        List<Input> inputs = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Checkpoint model : models) {
            List<InputShard> shards = new ArrayList<>();
            for (Shard shard : model.shards()) {
                shards.add(new InputShard(
                        fileName(shard.name()),
                        shard.header().fileSize(),
                        shard.header().sha256()));
            }
            String name = inputs.isEmpty() ? model.name() : unique(model.name(), names);
            inputs.add(new Input(
                    name, model.path(), model.sizeBytes(), model.headerSha256(), List.copyOf(shards), model.origin()));
        }
        return List.copyOf(inputs);
    }

    private static String fileName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /// Task names differ: the second of a name gets `-2`, the third `-3`.
    private static String unique(String name, Set<String> taken) {
        String candidate = name;
        for (int k = 2; !taken.add(candidate); k++) {
            candidate = name + "-" + k;
        }
        return candidate;
    }
}
