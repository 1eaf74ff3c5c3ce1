package org.modelmerge.network;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.engine.ResultTensors;
import org.modelmerge.error.MergeException;

/// The weights of a merge that no file holds, and of a frozen checkpoint for tensors that the merge lacks.
public final class MergedWeights implements WeightSource, AutoCloseable {
    private final String name;
    private final ResultTensors merged;
    private final @Nullable CheckpointWeights frozen;
    private final Map<String, Shape> shapes = new LinkedHashMap<>();

    private MergedWeights(String name, ResultTensors merged, @Nullable CheckpointWeights frozen) {
        this.name = name;
        this.merged = merged;
        this.frozen = frozen;
        merged.tensors().forEach((tensor, info) -> shapes.put(tensor, info.shape()));
        if (frozen != null) {
            frozen.shapes().forEach(shapes::putIfAbsent);
        }
    }

    /// Opens the frozen checkpoint; [#close()] closes it.
    ///
    /// @param name what messages call the merged model
    /// @param merged must stay usable as long as these weights are
    /// @param frozen fills only tensors that the merge lacks; null for none
    /// @throws MergeException as [Checkpoint#open(Path)] does
    public static MergedWeights open(String name, ResultTensors merged, @Nullable Path frozen) throws MergeException {
        return new MergedWeights(name, merged, frozen == null ? null : CheckpointWeights.open(frozen, null));
    }

    /// `config.json` in the folder of the frozen checkpoint; [ModelConfig#NONE] if there is none.
    ModelConfig frozenConfig() throws MergeException {
        return frozen == null ? ModelConfig.NONE : frozen.config();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Map<String, Shape> shapes() {
        return Collections.unmodifiableMap(shapes);
    }

    @Override
    public boolean isFrozen(String tensor) {
        return !merged.tensors().containsKey(tensor)
                && frozen != null
                && frozen.shapes().containsKey(tensor);
    }

    @Override
    public void read(String tensor, FloatBuffer target) throws MergeException {
        if (merged.tensors().containsKey(tensor)) {
            merged.readFloats(tensor, target);
        } else if (frozen != null) {
            frozen.read(tensor, target);
        } else {
            throw TensorShapes.missing(tensor).inFile(name);
        }
    }

    @Override
    public void checkUnchanged() throws MergeException {
        if (frozen != null) {
            frozen.checkUnchanged();
        }
    }

    /// Closes the frozen checkpoint; the merge is its owner's to close.
    @Override
    public void close() {
        if (frozen != null) {
            frozen.close();
        }
    }
}
