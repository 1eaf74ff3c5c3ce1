package org.modelmerge.network;

import org.modelmerge.error.MergeException;

/// A family of networks: it reads sizes off the tensors of a checkpoint and knows the forward pass.
///
/// To add one, implement this interface in one class and name it in one line of [Architectures].
public interface Architecture {
    /// The name in task files, for example `bert`.
    String name();

    /// What the network reads.
    Kind kind();

    /// The network whose tensors these are.
    ///
    /// @param tensors names and shapes of a checkpoint; more than the network needs may be there
    /// @throws MergeException `MISSING_TENSOR` or `MISMATCH` if they are no network of this family
    Blueprint blueprint(TensorShapes tensors, NetworkSettings settings) throws MergeException;

    /// What a network reads.
    enum Kind {
        /// Token numbers.
        TEXT,
        /// Pixels.
        IMAGE
    }
}
