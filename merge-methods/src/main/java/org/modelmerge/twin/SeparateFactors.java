package org.modelmerge.twin;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.Storage;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.engine.MergeRequest;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.lora.AdapterConfig;
import org.modelmerge.lora.Factors;
import org.modelmerge.lora.LoraAdapter;

/// LoRA adapters as models of their factors, with zeros for a base.
///
/// ```
/// A_s = lambda * sum_i A_i        B_s = lambda * sum_i B_i        each factor a tensor
/// ```
///
/// Source: `eval_twin.py` of LZY-the-boys/Twin-Merging at f481c60, generative part. Differs: what has no factors,
/// or is scaled otherwise than in the first adapter, is refused; the code adds it up all the same.
final class SeparateFactors {
    private SeparateFactors() {}

    /// Opens the base and the adapters, checks that all adapters fit the base and one another, and closes what is
    /// open if they do not.
    ///
    /// @return the base's files with zeros in place of the first adapter's factors, and each adapter's factors
    /// @throws MergeException `USAGE` if an expert is no adapter; as [LoraAdapter] does
    static List<Checkpoint> open(MergeRequest request) throws MergeException {
        Storage storage = request.storage();
        for (Path expert : request.experts()) {
            if (!LoraAdapter.isAdapter(storage, expert)) {
                throw MergeException.of(
                                ErrorCode.USAGE,
                                "--adapters separate takes LoRA adapters only, and this is a whole model")
                        .inFile(expert.toString())
                        .withHint("--adapters product, the default, also takes whole models");
            }
        }
        List<Checkpoint> models = new ArrayList<>();
        try {
            Checkpoint base = Checkpoint.open(storage, request.base());
            models.add(base);
            Map<String, Float> scales = new HashMap<>();
            for (Path expert : request.experts()) {
                models.add(factors(LoraAdapter.open(storage, expert), base, scales));
            }
            Map<String, StoredTensor> zeros = new LinkedHashMap<>();
            models.get(1)
                    .tensors()
                    .forEach((name, factor) -> zeros.put(name, ZeroTensor.inPlaceOf(factor.info(), base.path())));
            models.set(0, base.withTensors(zeros, "zero in place of each factor"));
            return models;
        } catch (MergeException | RuntimeException | Error e) {
            models.forEach(Checkpoint::close);
            throw e;
        }
    }

    /// The adapter's files as a model of its factors.
    ///
    /// @param scales by module, of the adapters before; takes what is new
    private static Checkpoint factors(LoraAdapter adapter, Checkpoint base, Map<String, Float> scales)
            throws MergeException {
        try {
            requireFactorsAlone(adapter);
            Checkpoint folded = adapter.foldInto(base);
            Map<String, StoredTensor> tensors = new LinkedHashMap<>();
            for (Factors factors : adapter.factors()) {
                requireSameScale(factors, adapter.config(), scales);
                for (StoredTensor factor : List.of(factors.a(), factors.b())) {
                    tensors.put(factor.info().name(), factor);
                }
            }
            return folded.withTensors(tensors, "factors of a LoRA adapter");
        } catch (MergeException | RuntimeException | Error e) {
            adapter.close();
            throw e;
        }
    }

    private static void requireFactorsAlone(LoraAdapter adapter) throws MergeException {
        for (StoredTensor replaced : adapter.replaced().values()) {
            throw MergeException.of(
                            ErrorCode.UNSUPPORTED_FORMAT,
                            "the adapter brings whole tensors along, which have no zero to start from (got "
                                    + replaced.info().shape() + ", expected factors only)")
                    .inFile(replaced.shard().name())
                    .atTensor(replaced.info().name())
                    .withHint("--adapters product, the default, takes them");
        }
        if (adapter.config().loraBias()) {
            throw MergeException.of(
                            ErrorCode.UNSUPPORTED_FORMAT,
                            "the adapter's factors have biases (got lora_bias true, expected false)")
                    .inFile(adapter.factors().getFirst().a().shard().name())
                    .withHint("--adapters product, the default, takes them");
        }
    }

    private static void requireSameScale(Factors factors, AdapterConfig config, Map<String, Float> scales)
            throws MergeException {
        float scale = (float) config.scaling(factors.module());
        Float first = scales.putIfAbsent(factors.module(), scale);
        if (first != null && first != scale) {
            throw MergeException.of(
                            ErrorCode.MISMATCH,
                            "the factors are scaled otherwise than in the adapter before (got " + scale + ", expected "
                                    + first + ")")
                    .inFile(factors.a().shard().name())
                    .atTensor(factors.a().info().name())
                    .withHint("--adapters product, the default, takes adapters of any scale");
        }
    }
}
