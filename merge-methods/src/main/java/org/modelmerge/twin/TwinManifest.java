package org.modelmerge.twin;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.modelmerge.checkpoint.OutputTensor;
import org.modelmerge.checkpoint.Shape;

/// What `twin.json` says: what the folder was made of and how, and what its files must be.
///
/// @param version of modelmerge
/// @param parameters effective parameters of the method by option name: `strategy`, `mask-rate`, `biases` and so on
/// @param settings the other choices that shaped the folder, by option name
/// @param base what the experts were trained from
/// @param sharedSource the checkpoint that was given as the shared expert, null where task arithmetic made it
/// @param shared the file of the shared expert, a full checkpoint or the factors of an adapter
/// @param experts one per task, in task order
/// @param tensors those that exclusive experts have, in the order of the shared expert's file; all others come from
///     the shared expert alone
public record TwinManifest(
        String version,
        Map<String, Object> parameters,
        Map<String, Object> settings,
        Source base,
        @Nullable Source sharedSource,
        Part shared,
        List<Expert> experts,
        List<Tensor> tensors) {
    /// The name of the file, which is written last: a folder without it is no Twin folder.
    public static final String FILE_NAME = "twin.json";

    /// The name of the shared expert's file.
    public static final String SHARED_FILE = "shared.safetensors";

    /// Copies all lists and maps.
    public TwinManifest {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        experts = List.copyOf(experts);
        tensors = List.copyOf(tensors);
    }

    /// The name of an exclusive expert's file.
    static String expertFile(String task) {
        return "expert_" + task + ".safetensors";
    }

    /// The task names, in order.
    public List<String> tasks() {
        return experts.stream().map(Expert::task).toList();
    }

    /// Whether some tensors are to be taken from the true task instead of being routed.
    public boolean hasOracleTensors() {
        return tensors.stream().anyMatch(tensor -> tensor.form() == Form.ORACLE);
    }

    /// Whether shared and exclusive experts are LoRA adapters, so that compositions are adapters as well.
    public boolean isOfAdapters() {
        return "separate".equals(parameters.get(TwinMerging.ADAPTERS));
    }

    /// A model that went in.
    ///
    /// @param name last path component
    /// @param sizeBytes of all shards
    /// @param headerSha256 of the headers
    /// @param sha256 file name to SHA-256 of the whole file; empty where inputs were not hashed
    public record Source(String name, long sizeBytes, String headerSha256, Map<String, String> sha256) {
        public Source {
            sha256 = Collections.unmodifiableMap(new TreeMap<>(sha256));
        }
    }

    /// A file of the folder.
    ///
    /// @param file its name
    /// @param sizeBytes of the whole file
    /// @param headerSha256 of its header
    /// @param sha256 of the whole file
    public record Part(String file, long sizeBytes, String headerSha256, String sha256) {}

    /// An exclusive expert.
    ///
    /// @param task its task
    /// @param source the fine-tuned model that it was taken from
    /// @param part its file
    public record Expert(String task, Source source, Part part) {}

    /// A tensor that exclusive experts have.
    ///
    /// @param name in the shared expert
    /// @param shape in the shared expert
    /// @param form the same for all tasks
    /// @param kept per task what was kept: the rank of factors, the number of elements otherwise
    /// @param norms per task the Frobenius norm of the difference before compression
    /// @param energyKept per task the share of the squared norm that compression kept, in [0, 1]; 1 where the
    /// norm is 0
    public record Tensor(
            String name, Shape shape, Form form, List<Long> kept, List<Double> norms, List<Double> energyKept) {
        public Tensor {
            kept = List.copyOf(kept);
            norms = List.copyOf(norms);
            energyKept = List.copyOf(energyKept);
        }

        /// Bytes that one task takes.
        public long storedBytes(int task) {
            long bytes = 0;
            for (OutputTensor output : ExpertLayout.outputs(this, task)) {
                bytes += output.byteCount();
            }
            return bytes;
        }

        /// Rows m of the matrix that is factored: the first dimension.
        public long rows() {
            return shape.size(0);
        }

        /// Columns n of the matrix that is factored: all other dimensions together.
        public long columns() {
            long columns = 1;
            for (int d = 1; d < shape.rank(); d++) {
                columns *= shape.size(d);
            }
            return columns;
        }
    }

    /// The share of one task's squared norm that compression kept, over all tensors; 1 where the norm is 0.
    public double energyKept(int task) {
        double all = 0;
        double kept = 0;
        for (Tensor tensor : tensors) {
            double squares = tensor.norms().get(task) * tensor.norms().get(task);
            all += squares;
            kept += squares * tensor.energyKept().get(task);
        }
        return all == 0 ? 1 : kept / all;
    }

    /// Bytes of all models in the folder.
    public long storedBytes() {
        long bytes = shared.sizeBytes();
        for (Expert expert : experts) {
            bytes += expert.part().sizeBytes();
        }
        return bytes;
    }

    /// Bytes of the fine-tuned models that the folder stands for.
    public long replacedBytes() {
        return experts.stream().mapToLong(expert -> expert.source().sizeBytes()).sum();
    }

    /// The names of the tensors that exclusive experts have.
    public Set<String> tensorNames() {
        Set<String> names = new LinkedHashSet<>();
        tensors.forEach(tensor -> names.add(tensor.name()));
        return names;
    }
}
