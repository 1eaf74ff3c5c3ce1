package org.modelmerge.twin;

/// What becomes of biases: the tensors whose name contains `bias`, as the official code chooses them.
public enum Biases {
    /// They are weighted by the router like everything else.
    ROUTED,
    /// Exclusive experts have none: the shared expert's serve all tasks.
    SHARED,
    /// They are taken from the true task, as the official evaluation does; a router cannot know it.
    ORACLE;

    /// Whether a tensor of this name counts as a bias.
    static boolean isBias(String tensor) {
        return tensor.contains("bias");
    }
}
