package org.modelmerge.twin;

/// What LoRA adapters in the places of experts stand for.
public enum Adapters {
    /// The models that they make of the base: what is merged and compressed is the product of the factors.
    PRODUCT,
    /// Their factors A and B, each a tensor of its own that starts from zero, as the official code takes them.
    /// All experts must be adapters, and what is composed is an adapter, too. Its product has terms of factors of
    /// different tasks.
    SEPARATE
}
