package org.modelmerge.lora;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.checkpoint.TensorInfo;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// Puts an adapter's changes in the places of a base's tensors.
final class Folding {
    private final AdapterConfig config;
    private final AdapterTensors adapter;
    private final FoldBuffers memory = new FoldBuffers();
    private final TensorNames names;
    private final Map<String, StoredTensor> tensors;
    private final List<LowRank> changes = new ArrayList<>();

    /// @throws MergeException if the adapter does not fit the base
    Folding(AdapterConfig config, AdapterTensors adapter, Checkpoint base) throws MergeException {
        this.config = config;
        this.adapter = adapter;
        this.tensors = new LinkedHashMap<>(base.tensors());
        this.names = TensorNames.of(base, wanted());
        // Before the factors: a saved embedding is the weight that its own factors change.
        adapter.replaced().forEach((name, tensor) -> tensors.put(names.inBase(name), renamed(tensor, name)));
        for (Factors factors : adapter.factors()) {
            fold(factors);
        }
        for (Map.Entry<String, StoredTensor> bias : adapter.biases().entrySet()) {
            foldBias(bias.getKey(), bias.getValue());
        }
    }

    /// The base's tensors in their order, changed ones in the places of the old, then those that it lacks.
    Map<String, StoredTensor> tensors() {
        return tensors;
    }

    /// Says for people what the tensors are.
    String origin() throws MergeException {
        TreeSet<Integer> ranks = new TreeSet<>();
        for (Factors factors : adapter.factors()) {
            ranks.add(config.rank(factors.module()));
        }
        String rank = ranks.isEmpty()
                ? ""
                : " of rank " + ranks.stream().map(String::valueOf).collect(Collectors.joining(", "));
        int replaced = adapter.replaced().size();
        return "LoRA adapter" + rank + ", folded into " + adapter.factors().size() + " tensors of the base"
                + (replaced == 0 ? "" : "; " + replaced + " tensors replaced");
    }

    /// Bytes that folding takes while so many threads read.
    long memoryBytes(int threads) {
        return FoldBuffers.bytes(changes, threads);
    }

    private List<String> wanted() {
        if (adapter.factors().isEmpty()) {
            return List.copyOf(adapter.replaced().keySet());
        }
        List<String> wanted = new ArrayList<>();
        adapter.factors().forEach(factors -> wanted.add(weight(factors.module())));
        return wanted;
    }

    private static String weight(String module) {
        return module + ".weight";
    }

    private StoredTensor renamed(StoredTensor tensor, String name) {
        TensorInfo info = tensor.info();
        return new StoredTensor(
                tensor.shard(),
                new TensorInfo(names.inBase(name), info.dtype(), info.shape(), info.begin(), info.end()));
    }

    private void fold(Factors factors) throws MergeException {
        requireFloat(factors.a());
        requireFloat(factors.b());
        String name = names.inBase(weight(factors.module()));
        StoredTensor weight = requireFloat(require(name, factors.a()));
        LowRank change = LowRank.of(factors, config, weight.info());
        changes.add(change);
        float scaling = (float) config.scaling(factors.module());
        FoldedTensor folded = new FoldedTensor(weight, change, scaling, memory);
        put(name, factors.a(), weight, folded);
    }

    private void foldBias(String module, StoredTensor change) throws MergeException {
        requireFloat(change);
        String name = names.inBase(module + ".bias");
        StoredTensor bias = requireFloat(require(name, change));
        if (!config.loraBias()) {
            throw MergeException.of(
                            ErrorCode.MALFORMED,
                            "a factor has a bias that the configuration denies (got lora_bias false, expected true)")
                    .atTensor(change.info().name());
        }
        if (!change.info().shape().equals(bias.info().shape())) {
            throw MergeException.of(
                            ErrorCode.MISMATCH,
                            "the adapter's bias does not fit the base (got "
                                    + bias.info().shape() + ", expected "
                                    + change.info().shape() + ")")
                    .atTensor(name);
        }
        FoldedBias folded = new FoldedBias(bias, change, (float) config.scaling(module), memory);
        put(name, change, bias, folded);
    }

    private void put(String name, StoredTensor change, StoredTensor weight, RangeSource folded) {
        String file = change.shard().name();
        tensors.put(
                name, StoredTensor.computed(file, name, DType.F32, weight.info().shape(), folded));
    }

    private StoredTensor require(String name, StoredTensor change) throws MergeException {
        StoredTensor weight = tensors.get(name);
        if (weight == null) {
            throw MergeException.of(
                            ErrorCode.MISMATCH,
                            "the base lacks this tensor, which the adapter changes by "
                                    + Printable.text(change.info().name()))
                    .atTensor(name);
        }
        return weight;
    }

    private static StoredTensor requireFloat(StoredTensor tensor) throws MergeException {
        if (!tensor.info().dtype().isFloat()) {
            throw MergeException.of(
                            ErrorCode.UNSUPPORTED_DTYPE,
                            "no arithmetic on this dtype: an adapter is folded into weights that are not quantised"
                                    + " (got "
                                    + tensor.info().dtype() + ", expected F64, F32, F16 or BF16)")
                    .inFile(tensor.shard().name())
                    .atTensor(tensor.info().name());
        }
        return tensor;
    }
}
