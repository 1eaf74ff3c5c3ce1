package org.modelmerge.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// Dense weights for one set of shares, `theta_s + sum_i w_i v_i`, in native memory until it is closed by the thread
/// that made it. Tensors without exclusive parts are the shared expert's own.
final class ComposedTensors implements Blueprint.Tensors, AutoCloseable {
    private final Blueprint.Tensors shared;
    private final BatchMemory memory;
    private final Map<String, NDArray> composed = new HashMap<>();

    /// Composes all tensors.
    ///
    /// @param names those that the network needs
    /// @param weights w
    /// @param oracle 1 at the true task, for tensors that are not routed
    ComposedTensors(
            NDManager manager,
            Blueprint.Tensors shared,
            RoutedParts parts,
            Set<String> names,
            float[] weights,
            float[] oracle) {
        this.shared = shared;
        this.memory = new BatchMemory(manager);
        for (String name : names) {
            RoutedPart part = parts.get(name);
            if (part != null) {
                composed.put(name, memory.freeing(() -> part.mixture(memory, part.isOracle() ? oracle : weights)
                        .add(shared.get(name))));
            }
        }
    }

    @Override
    public NDArray get(String name) {
        NDArray own = composed.get(name);
        return own == null ? shared.get(name) : own;
    }

    @Override
    public void close() {
        memory.close();
    }
}
