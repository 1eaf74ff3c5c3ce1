package org.modelmerge.svd;

/// How singular vectors are computed.
public enum SvdMode {
    /// Exact up to a smaller side of 1024, randomised above.
    AUTO,
    /// From all eigenvalues of the Gram matrix, in float64.
    EXACT,
    /// From a random Krylov subspace, in float32; the residual is stated.
    RANDOMIZED
}
