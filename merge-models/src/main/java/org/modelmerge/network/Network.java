package org.modelmerge.network;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// An architecture bound to weights.
///
/// Weights can be replaced in place, so that one network evaluates many models. For one thread at a time; the
/// threads that an operation uses are libtorch's own.
public final class Network implements BatchFeatures, AutoCloseable {
    private final Blueprint blueprint;
    private final NDManager manager;
    private final Weights weights;
    private final BatchWorkers workers;
    private final ItemListener listener;
    private final Set<String> frozen = new LinkedHashSet<>();

    private Network(Blueprint blueprint, NDManager manager, int threads, ItemListener listener) {
        this.blueprint = blueprint;
        this.manager = manager;
        this.weights = new Weights(manager, blueprint.tensors());
        this.workers = new BatchWorkers(threads);
        this.listener = listener;
    }

    /// Reads sizes and weights; starts libtorch if it does not run yet.
    ///
    /// @param threads how many batches are computed side by side; never changes a result
    /// @throws MergeException `MISSING_TENSOR` or `MISMATCH` if the weights are not of this architecture,
    ///     `UNAVAILABLE` if libtorch does not run on this system, or as the source refuses
    public static Network open(Architecture architecture, WeightSource source, NetworkSettings settings, int threads)
            throws MergeException {
        return open(architecture, source, settings, threads, ItemListener.NONE);
    }

    /// The same, with somebody who hears of every batch of which features are computed.
    ///
    /// @throws MergeException as the other form does
    public static Network open(
            Architecture architecture,
            WeightSource source,
            NetworkSettings settings,
            int threads,
            ItemListener listener)
            throws MergeException {
        Blueprint blueprint = blueprintOf(architecture, source, settings);
        Weights.check(blueprint.tensors(), source);
        Network network = new Network(blueprint, TorchEngine.newManager(), threads, listener);
        boolean loaded = false;
        try {
            network.load(source);
            loaded = true;
            return network;
        } finally {
            if (!loaded) {
                network.close();
            }
        }
    }

    /// Replaces all weights.
    ///
    /// @throws MergeException `MISSING_TENSOR` or `MISMATCH`, before anything was replaced, if the source does
    ///     not fit; as the source refuses, after which the network must be loaded again or closed
    public void load(WeightSource source) throws MergeException {
        weights.load(source);
        frozen.clear();
        for (String tensor : blueprint.tensors().keySet()) {
            if (source.isFrozen(tensor)) {
                frozen.add(tensor);
            }
        }
    }

    /// Whether these weights are of this network, sizes and settings included, so that [#load] can replace
    /// them.
    ///
    /// @throws MergeException as [#open] does
    boolean isBlueprintOf(Architecture architecture, WeightSource source, NetworkSettings settings)
            throws MergeException {
        return blueprintOf(architecture, source, settings).equals(blueprint);
    }

    static Blueprint blueprintOf(Architecture architecture, WeightSource source, NetworkSettings settings)
            throws MergeException {
        try {
            return architecture.blueprint(new TensorShapes(source.shapes()), settings);
        } catch (MergeException e) {
            throw e.inFile(source.name());
        }
    }

    /// What the network is made of.
    public Blueprint blueprint() {
        return blueprint;
    }

    /// The tensors that came from the frozen checkpoint; no method may learn or merge these.
    public Set<String> frozenTensors() {
        return Set.copyOf(frozen);
    }

    /// Computes features of batches.
    ///
    /// A batch has the same bits whatever the other batches and the number of threads are.
    ///
    /// @return `[items][d]` for each batch
    /// @throws MergeException `MISMATCH` if the network cannot read these items, `UNAVAILABLE` if memory runs
    ///     out, `CANCELLED` if the calling thread is interrupted
    @Override
    public List<float[][]> features(List<? extends Batch> batches) throws MergeException {
        return sideBySide(batches, batch -> compute(blueprint, batch, _ -> weights));
    }

    /// Something that is done to a batch.
    @FunctionalInterface
    interface BatchWork<T> {
        T of(Batch batch) throws MergeException;
    }

    /// Results of batches in their order, computed side by side.
    <T> List<T> sideBySide(List<? extends Batch> batches, BatchWork<T> work) throws MergeException {
        List<Callable<T>> tasks = new ArrayList<>();
        for (Batch batch : batches) {
            tasks.add(() -> {
                T result = work.of(batch);
                listener.computed(batch.count());
                return result;
            });
        }
        return workers.run(tasks);
    }

    /// The weights as loaded.
    Blueprint.Tensors tensors() {
        return weights;
    }

    /// Where native memory of this network comes from.
    NDManager manager() {
        return manager;
    }

    /// Features of one batch with any weights, in the calling thread.
    ///
    /// @param form this network's blueprint, or one of the same tensors
    /// @param tensors gives the weights, for the memory of the batch
    float[][] compute(Blueprint form, Batch batch, Function<BatchMemory, Blueprint.Tensors> tensors)
            throws MergeException {
        float[] flat;
        try (BatchMemory memory = new BatchMemory(manager)) {
            NDArray features = form.features(memory, tensors.apply(memory), batch);
            flat = features.toFloatArray();
        } catch (EngineException e) {
            throw outOfMemory(e, batch.count());
        }
        int d = form.featureCount();
        float[][] rows = new float[batch.count()][d];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(flat, i * d, rows[i], 0, d);
        }
        return rows;
    }

    /// Memory is the one thing that fails in libtorch without a mistake of ours; all else is a bug and flies
    /// on.
    static MergeException outOfMemory(EngineException failure, int items) {
        String message = failure.getMessage();
        if (message == null || !message.contains("allocate memory")) {
            throw failure;
        }
        return MergeException.of(
                        ErrorCode.UNAVAILABLE, "not enough native memory for a batch of " + items + " items", failure)
                .withHint("a smaller batch needs less");
    }

    @Override
    public void close() {
        workers.close();
        weights.close();
        manager.close();
    }
}
