package org.modelmerge.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/// What all exclusive experts have of one tensor, in native memory, side by side.
///
/// `v_1 ... v_n` are never put together here; [RoutedTensors] multiplies by them item by item, and [#mixture] gives the
/// sum for one set of weights.
sealed interface RoutedPart {
    /// The tensor's shape in the network.
    Shape shape();

    /// Whether it is taken from the true task instead of being routed.
    boolean isOracle();

    /// `sum_i w_i v_i`, in the tensor's shape.
    ///
    /// @param weights `[n]`
    NDArray mixture(BatchMemory memory, float[] weights);

    /// Products of factors: `v_i = U_i V_i`, the tensor seen as a matrix [m, k] of its first size and the rest.
    ///
    /// @param up [m, r_1 + ... + r_n]: U_1 ... U_n
    /// @param down [r_1 + ... + r_n, k]: V_1 ... V_n, one below the other
    /// @param ranks r_1 ... r_n, not copied
    record Factored(Shape shape, NDArray up, NDArray down, int[] ranks) implements RoutedPart {
        @Override
        public boolean isOracle() {
            return false;
        }

        /// The rows of V of all experts.
        int totalRank() {
            int sum = 0;
            for (int rank : ranks) {
                sum += rank;
            }
            return sum;
        }

        @Override
        public NDArray mixture(BatchMemory memory, float[] weights) {
            NDArray shares = memory.floats(new Shape(1, totalRank()), buffer -> {
                for (int i = 0; i < ranks.length; i++) {
                    for (int k = 0; k < ranks[i]; k++) {
                        buffer.putFloat(weights[i]);
                    }
                }
            });
            return up.mul(shares).matMul(down).reshape(shape);
        }
    }

    /// Whole tensors: those of one dimension, and those of which single elements were kept.
    ///
    /// @param values [n, elements]
    record Stacked(Shape shape, NDArray values, boolean isOracle) implements RoutedPart {
        /// The number of experts.
        long experts() {
            return values.getShape().get(0);
        }

        @Override
        public NDArray mixture(BatchMemory memory, float[] weights) {
            NDArray shares = memory.floats(new Shape(1, weights.length), buffer -> buffer.asFloatBuffer()
                    .put(weights));
            return shares.matMul(values).reshape(shape);
        }
    }
}
