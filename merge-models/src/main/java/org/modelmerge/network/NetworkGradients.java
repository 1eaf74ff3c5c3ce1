package org.modelmerge.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.modelmerge.adamerging.GradientOracle;
import org.modelmerge.adamerging.LearningSettings;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.MergeException;
import org.modelmerge.network.ChunkGraph.PartLoss;
import org.modelmerge.task.ModelSettings;
import org.modelmerge.task.TaskFile;

/// Gradients of the prediction entropy of a network with the heads of all tasks, by libtorch.
///
/// ```
/// L = sum over tasks and batches of mean over the batch of H(softmax(head_t(network(theta, x))))
/// ```
///
/// The merged weights are leaves: libtorch reads them where the learner keeps them, and gives their gradient.
/// Samples are computed in chunks side by side, each with a graph of its own, and gradients are added in the order of
/// the chunks. So a step has the same bits whatever the number of threads, and memory is that of the weights, a
/// gradient, and for each thread a gradient and the activations of one chunk.
public final class NetworkGradients implements GradientOracle {
    private final Blueprint blueprint;
    private final CheckpointWeights base;
    private final NDManager manager;
    private final BatchWorkers workers;
    private final List<TaskSamples> tasks;
    private final LearningSettings settings;
    private @Nullable Weights rest;

    /// A task's samples and its head; null for the network's own classifier.
    record TaskSamples(UnlabelledSamples samples, @Nullable Head head) {
        void digest(MessageDigest digest) {
            samples.digest(digest);
            for (float[] row : head == null ? new float[0][0] : head.weight()) {
                digest(digest, row);
            }
            digest(digest, head == null ? new float[0] : head.bias());
        }

        private static void digest(MessageDigest digest, float[] values) {
            ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
            bytes.asFloatBuffer().put(values);
            digest.update(bytes);
        }
    }

    private NetworkGradients(
            Blueprint blueprint,
            CheckpointWeights base,
            NDManager manager,
            int threads,
            List<TaskSamples> tasks,
            LearningSettings settings) {
        this.blueprint = blueprint;
        this.base = base;
        this.manager = manager;
        this.workers = new BatchWorkers(threads);
        this.tasks = List.copyOf(tasks);
        this.settings = settings;
    }

    /// Reads sizes, heads and samples; starts libtorch if it does not run yet.
    ///
    /// @param base lends the tensors that are not merged
    /// @param settings choose the samples of each step
    /// @param threads how many chunks are computed side by side; never changes a result
    /// @throws MergeException if the task file does not fit the base, or as the system refuses
    public static NetworkGradients open(TaskFile file, Path base, LearningSettings settings, int threads)
            throws MergeException {
        ModelSettings model = file.model();
        Architecture architecture = Architectures.of(model);
        CheckpointWeights source = CheckpointWeights.open(base, model.frozen());
        boolean opened = false;
        try {
            NetworkSettings wanted = TaskQuestions.networkSettings(model, source.config());
            Blueprint blueprint = Network.blueprintOf(architecture, source, wanted);
            Weights.check(blueprint.tensors(), source);
            List<TaskSamples> tasks = new TaskSamplesReader(architecture, model, blueprint, source).read(file.tasks());
            NetworkGradients gradients =
                    new NetworkGradients(blueprint, source, TorchEngine.newManager(), threads, tasks, settings);
            opened = true;
            return gradients;
        } finally {
            if (!opened) {
                source.close();
            }
        }
    }

    @Override
    public Set<String> tensors() {
        Set<String> tensors = new LinkedHashSet<>(blueprint.tensors().keySet());
        if (tasks.stream().anyMatch(task -> task.head() == null)) {
            tensors.add(blueprint.classifierPrefix() + "weight");
            tensors.add(blueprint.classifierPrefix() + "bias");
        }
        return tensors;
    }

    @Override
    public String fingerprint() {
        MessageDigest digest = Hashes.sha256();
        digest.update(blueprint.toString().getBytes(StandardCharsets.UTF_8));
        tasks.forEach(task -> task.digest(digest));
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public List<TaskLoss> gradients(Map<String, MemorySegment> weights, int step, Map<String, MemorySegment> gradients)
            throws MergeException {
        Weights others = others(weights.keySet());
        Turns turns = new Turns();
        List<Callable<List<PartLoss>>> work = new ArrayList<>();
        for (Chunk chunk : Chunk.ofStep(tasks, settings, step)) {
            int number = work.size();
            ChunkGraph graph = new ChunkGraph(manager, blueprint, weights, others, base.shapes());
            work.add(() -> {
                boolean ended = false;
                try {
                    List<PartLoss> losses = graph.backward(
                            chunk.batch(),
                            chunk.parts(),
                            (memory, leaves) -> turns.take(number, () -> add(memory, leaves, gradients)));
                    ended = true;
                    return losses;
                } finally {
                    if (!ended) {
                        turns.abort();
                    }
                }
            });
        }
        return byTask(workers.run(work));
    }

    private static void add(BatchMemory memory, Map<String, NDArray> leaves, Map<String, MemorySegment> gradients) {
        leaves.forEach((name, leaf) -> {
            MemorySegment total = gradients.get(name);
            if (total == null) {
                throw new IllegalArgumentException("no room for the gradient of " + name);
            }
            memory.over(total, leaf.getShape()).addi(leaf.getGradient());
        });
    }

    private List<TaskLoss> byTask(List<List<PartLoss>> chunks) {
        double[] loss = new double[tasks.size()];
        double[] entropy = new double[tasks.size()];
        long[] items = new long[tasks.size()];
        long[][] predicted = new long[tasks.size()][0];
        for (List<PartLoss> chunk : chunks) {
            for (PartLoss part : chunk) {
                int t = part.task();
                if (predicted[t].length == 0) {
                    predicted[t] = new long[part.classCount()];
                }
                loss[t] += part.loss();
                for (int i = 0; i < part.predicted().length; i++) {
                    entropy[t] += part.entropies()[i];
                    predicted[t][Math.toIntExact(part.predicted()[i])]++;
                    items[t]++;
                }
            }
        }
        List<TaskLoss> losses = new ArrayList<>();
        for (int t = 0; t < loss.length; t++) {
            losses.add(new TaskLoss(loss[t], entropy[t] / items[t], predicted[t]));
        }
        return losses;
    }

    /// The tensors that are not merged, from the base; read once.
    private Weights others(Set<String> merged) throws MergeException {
        if (rest == null) {
            Map<String, Shape> shapes = new LinkedHashMap<>();
            for (String name : tensors()) {
                Shape shape = base.shapes().get(name);
                if (!merged.contains(name) && shape != null) {
                    shapes.put(name, shape);
                }
            }
            Weights read = new Weights(manager, shapes);
            rest = read;
            read.load(base);
        }
        return rest;
    }

    @Override
    public void close() {
        workers.close();
        if (rest != null) {
            rest.close();
            rest = null;
        }
        manager.close();
        base.close();
    }
}
