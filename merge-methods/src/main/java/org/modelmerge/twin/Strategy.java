package org.modelmerge.twin;

/// How the difference between an expert and the shared expert is compressed.
public enum Strategy {
    /// Keep the largest singular values: rank `int(density * min(m, n))`.
    SVD,
    /// Keep the largest magnitudes: `int(density * elements)` of each tensor.
    MAGNITUDE,
    /// Keep each element with probability `density`, divided by it.
    BERNOULLI
}
