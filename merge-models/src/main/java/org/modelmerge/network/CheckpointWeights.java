package org.modelmerge.network;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.checkpoint.SliceReader;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// The weights of a checkpoint, and of a frozen one for tensors that the first lacks.
///
/// Files are read in windows, never mapped: a mapped file that shrinks would end the JVM inside libtorch.
public final class CheckpointWeights implements WeightSource, AutoCloseable {
    private static final int WINDOW = 1 << 16;

    private final Checkpoint model;
    private final @Nullable Checkpoint frozen;
    private final Map<String, Shape> shapes;
    private final SliceReader reader = new SliceReader(WINDOW);

    private CheckpointWeights(Checkpoint model, @Nullable Checkpoint frozen) {
        this.model = model;
        this.frozen = frozen;
        Map<String, Shape> union = new LinkedHashMap<>();
        model.tensors().forEach((name, tensor) -> union.put(name, tensor.info().shape()));
        if (frozen != null) {
            frozen.tensors()
                    .forEach((name, tensor) ->
                            union.putIfAbsent(name, tensor.info().shape()));
        }
        this.shapes = Collections.unmodifiableMap(union);
    }

    /// Opens both; [#close()] closes both.
    ///
    /// @param frozen fills only tensors that the model lacks; null for none
    /// @throws MergeException as [Checkpoint#open(Path)] does
    public static CheckpointWeights open(Path model, @Nullable Path frozen) throws MergeException {
        Checkpoint first = Checkpoint.open(model);
        try {
            return new CheckpointWeights(first, frozen == null ? null : Checkpoint.open(frozen));
        } catch (MergeException e) {
            first.close();
            throw e;
        }
    }

    /// `config.json` of the model's folder, else of the frozen one's; [ModelConfig#NONE] if both are single
    /// files.
    ///
    /// @throws MergeException `MALFORMED`, or as the system refuses
    public ModelConfig config() throws MergeException {
        Path folder = model.folder();
        ModelConfig own = folder == null ? ModelConfig.NONE : ModelConfig.ofFolder(folder);
        if (!own.members().isEmpty() || frozen == null) {
            return own;
        }
        Path other = frozen.folder();
        return other == null ? own : ModelConfig.ofFolder(other);
    }

    @Override
    public String name() {
        return model.path();
    }

    @Override
    public Map<String, Shape> shapes() {
        return shapes;
    }

    @Override
    public boolean isFrozen(String tensor) {
        return model.tensor(tensor) == null && frozen != null && frozen.tensor(tensor) != null;
    }

    @Override
    public void read(String tensor, FloatBuffer target) throws MergeException {
        StoredTensor stored = model.tensor(tensor);
        if (stored == null && frozen != null) {
            stored = frozen.tensor(tensor);
        }
        if (stored == null) {
            throw TensorShapes.missing(tensor).inFile(name());
        }
        if (!stored.info().dtype().isFloat()) {
            throw MergeException.of(
                            ErrorCode.UNSUPPORTED_DTYPE,
                            "a network cannot compute with this dtype (got "
                                    + stored.info().dtype() + ", expected F64, F32, F16 or BF16)")
                    .atTensor(tensor)
                    .inFile(stored.shard().name());
        }
        try {
            copy(stored, target);
        } catch (MergeException e) {
            throw e.atTensor(tensor).inFile(stored.shard().name());
        }
    }

    private void copy(StoredTensor stored, FloatBuffer target) throws MergeException {
        long offset = stored.fileOffset();
        int elementBytes = stored.info().dtype().bytes();
        float[] window = new float[Math.min(WINDOW, target.remaining())];
        while (target.hasRemaining()) {
            if (window.length > target.remaining()) {
                window = new float[target.remaining()];
            }
            reader.readFloats(stored.shard().source(), stored.info().dtype(), offset, window);
            target.put(window);
            offset += (long) window.length * elementBytes;
        }
    }

    @Override
    public void checkUnchanged() throws MergeException {
        model.checkUnchanged();
        if (frozen != null) {
            frozen.checkUnchanged();
        }
    }

    @Override
    public void close() {
        model.close();
        if (frozen != null) {
            frozen.close();
        }
    }
}
