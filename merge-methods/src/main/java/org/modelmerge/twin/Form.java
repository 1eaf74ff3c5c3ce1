package org.modelmerge.twin;

/// How an exclusive expert keeps one tensor.
public enum Form {
    /// Two factors, `X.U` [m, r] and `X.Vt` [r, n]: of every tensor with two dimensions or more under `svd`.
    FACTORS,
    /// The kept elements, `X.idx` (positions in row-major order, ascending) and `X.val`: under `magnitude` and
    /// `bernoulli`.
    SPARSE,
    /// The whole difference, `X.dense`: of every tensor with fewer than two dimensions.
    DENSE,
    /// The whole difference, `X.dense`, which is not weighted by the router but taken from the true task: biases
    /// under `oracle`.
    ORACLE
}
