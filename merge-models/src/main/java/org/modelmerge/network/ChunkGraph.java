package org.modelmerge.network;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.modelmerge.error.MergeException;

/// The graph of one chunk: leaves over the merged weights, forward, loss, backward. For one thread.
///
/// DJL's own collector of gradients allows one graph a process at a time, while libtorch keeps gradients apart by their
/// leaves; so each chunk has leaves of its own over the same memory.
final class ChunkGraph {
    private final NDManager manager;
    private final Blueprint blueprint;
    private final Map<String, MemorySegment> weights;
    private final Weights others;
    private final Map<String, org.modelmerge.checkpoint.Shape> shapes;

    /// @param weights float32 elements of the merged tensors
    /// @param others the tensors that are not merged
    /// @param shapes of all tensors
    ChunkGraph(
            NDManager manager,
            Blueprint blueprint,
            Map<String, MemorySegment> weights,
            Weights others,
            Map<String, org.modelmerge.checkpoint.Shape> shapes) {
        this.manager = manager;
        this.blueprint = blueprint;
        this.weights = weights;
        this.others = others;
        this.shapes = shapes;
    }

    /// Takes the leaves after the backward pass, while their gradients live.
    @FunctionalInterface
    interface Gradients {
        /// Takes those leaves that the loss is differentiable in.
        void take(BatchMemory memory, Map<String, NDArray> leaves) throws InterruptedException;
    }

    /// What a task's part of a chunk gave.
    ///
    /// @param loss its part of the sum, in nats
    /// @param entropies of each sample
    /// @param predicted the class of each sample
    record PartLoss(int task, double loss, float[] entropies, long[] predicted, int classCount) {}

    /// Computes the weighted sum of the entropies of a batch, and its gradient.
    ///
    /// @param parts of the batch, in the order of its items
    List<PartLoss> backward(Batch batch, List<Chunk.Part> parts, Gradients gradients)
            throws MergeException, InterruptedException {
        JniUtils.setGradMode(true);
        try (BatchMemory memory = new BatchMemory(manager)) {
            Map<String, NDArray> leaves = leaves(memory);
            Blueprint.Tensors tensors = name -> {
                NDArray leaf = leaves.get(name);
                return leaf == null ? others.get(name) : leaf;
            };
            NDArray features = blueprint.features(memory, tensors, batch);
            List<PartLoss> losses = new ArrayList<>();
            NDArray total = memory.constant(0);
            int first = 0;
            for (Chunk.Part part : parts) {
                int end = first + part.weights().length;
                NDArray own = features.get(new NDIndex().addSliceDim(first, end));
                NDArray logits = part.head() == null
                        ? Layers.linear(own, tensors, classifier())
                        : EntropyLoss.logits(memory, own, part.head());
                NDArray entropies = EntropyLoss.entropies(logits);
                NDArray loss = entropies.mul(weights(memory, part)).sum();
                total = total.add(loss);
                losses.add(new PartLoss(
                        part.task(),
                        loss.getFloat(),
                        entropies.toFloatArray(),
                        logits.argMax(1).toLongArray(),
                        Math.toIntExact(logits.getShape().get(1))));
                first = end;
            }
            JniUtils.backward((PtNDArray) total, (PtNDArray) memory.constant(1), false, false);
            leaves.values().removeIf(leaf -> !leaf.hasGradient());
            gradients.take(memory, leaves);
            return losses;
        } catch (EngineException e) {
            throw Network.outOfMemory(e, batch.count());
        } finally {
            JniUtils.setGradMode(false);
        }
    }

    private static NDArray weights(BatchMemory memory, Chunk.Part part) {
        return memory.floats(new Shape(part.weights().length), buffer -> {
            for (float weight : part.weights()) {
                buffer.putFloat(weight);
            }
        });
    }

    private String classifier() {
        String prefix = blueprint.classifierPrefix();
        if (prefix == null) {
            throw new IllegalStateException("a task without a head, and a network without a classifier");
        }
        return prefix.substring(0, prefix.length() - 1);
    }

    private long[] shape(String name) {
        org.modelmerge.checkpoint.Shape shape = shapes.get(name);
        if (shape == null) {
            throw new IllegalArgumentException("the base has no " + name);
        }
        return shape.sizes();
    }

    private Map<String, NDArray> leaves(BatchMemory memory) {
        Map<String, NDArray> leaves = new LinkedHashMap<>();
        weights.forEach((name, values) -> {
            NDArray leaf = memory.over(values, new Shape(shape(name)));
            if (blueprint.isDifferentiable(name)) {
                leaf.setRequiresGradient(true);
            }
            leaves.put(name, leaf);
        });
        return leaves;
    }
}
