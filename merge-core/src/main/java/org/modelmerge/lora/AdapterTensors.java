package org.modelmerge.lora;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// The entries of `adapter_model.safetensors`, by what they do; names are those of the model that was trained.
///
/// @param factors one pair per module, in the order of the file
/// @param biases biases of factors B by module: they are scaled and added to the module's own
/// @param replaced whole tensors by name that take the place of the base's: biases, `modules_to_save`, embeddings
record AdapterTensors(List<Factors> factors, Map<String, StoredTensor> biases, Map<String, StoredTensor> replaced) {
    private static final String PREFIX = "base_model.model.";
    private static final String A = ".lora_A.weight";
    private static final String B = ".lora_B.weight";
    private static final String EMBEDDING_A = ".lora_embedding_A";
    private static final String EMBEDDING_B = ".lora_embedding_B";
    private static final String BIAS = ".lora_B.bias";
    private static final String BASE_LAYER = ".base_layer.";

    /// Entries of kinds of adapters that are more than LoRA, or that peft names otherwise when it saves them.
    private static final Pattern FOREIGN = Pattern.compile("(?:^|\\.)(?:lora_|token_adapter\\.|trainable_tokens_)");

    /// Sorts the entries of a file.
    ///
    /// @throws MergeException `UNSUPPORTED_FORMAT` for an entry that plain LoRA does not have, `MALFORMED` for a
    ///     factor without its partner
    static AdapterTensors of(Checkpoint file) throws MergeException {
        Map<String, Pair> pairs = new LinkedHashMap<>();
        Map<String, StoredTensor> biases = new LinkedHashMap<>();
        Map<String, StoredTensor> replaced = new LinkedHashMap<>();
        for (StoredTensor tensor : file.tensors().values()) {
            String name = tensor.info().name();
            String key = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
            if (key.endsWith(A)) {
                pair(pairs, key, A).a = tensor;
            } else if (key.endsWith(B)) {
                pair(pairs, key, B).b = tensor;
            } else if (key.endsWith(EMBEDDING_A)) {
                pair(pairs, key, EMBEDDING_A).embeddingA = tensor;
            } else if (key.endsWith(EMBEDDING_B)) {
                pair(pairs, key, EMBEDDING_B).embeddingB = tensor;
            } else if (key.endsWith(BIAS)) {
                biases.put(key.substring(0, key.length() - BIAS.length()), tensor);
            } else if (FOREIGN.matcher(key).find()) {
                throw fault(ErrorCode.UNSUPPORTED_FORMAT, "plain LoRA has no such entry", tensor);
            } else if (replaced.put(key.replace(BASE_LAYER, "."), tensor) != null) {
                throw fault(ErrorCode.MALFORMED, "another entry has the same place in the model", tensor);
            }
        }
        if (pairs.isEmpty() && replaced.isEmpty()) {
            throw MergeException.of(ErrorCode.MALFORMED, "the adapter has no factors (got 0 tensors)")
                    .inFile(file.path());
        }
        return new AdapterTensors(paired(pairs.values()), biases, replaced);
    }

    private static Pair pair(Map<String, Pair> pairs, String key, String suffix) {
        return pairs.computeIfAbsent(key.substring(0, key.length() - suffix.length()), Pair::new);
    }

    private static List<Factors> paired(Collection<Pair> pairs) throws MergeException {
        List<Factors> factors = new ArrayList<>();
        for (Pair pair : pairs) {
            factors.add(pair.factors());
        }
        return List.copyOf(factors);
    }

    /// What has been found of one module.
    private static final class Pair {
        private final String module;
        private @Nullable StoredTensor a;
        private @Nullable StoredTensor b;
        private @Nullable StoredTensor embeddingA;
        private @Nullable StoredTensor embeddingB;

        Pair(String module) {
            this.module = module;
        }

        Factors factors() throws MergeException {
            if (a != null && b != null && embeddingA == null && embeddingB == null) {
                return new Factors(module, a, b, false);
            }
            if (embeddingA != null && embeddingB != null && a == null && b == null) {
                return new Factors(module, embeddingA, embeddingB, true);
            }
            StoredTensor known = a != null ? a : b != null ? b : embeddingA != null ? embeddingA : embeddingB;
            if (known == null) {
                throw new IllegalStateException("no factor of " + module);
            }
            throw fault(ErrorCode.MALFORMED, "the module's factors are not a pair A and B", known);
        }
    }

    private static MergeException fault(ErrorCode code, String problem, StoredTensor tensor) {
        return MergeException.of(code, problem)
                .inFile(tensor.shard().name())
                .atTensor(tensor.info().name());
    }
}
