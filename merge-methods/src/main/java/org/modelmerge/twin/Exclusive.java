package org.modelmerge.twin;

import java.util.Arrays;
import org.modelmerge.checkpoint.Shape;

/// One tensor of an exclusive expert, `v_i = compress(theta_i - theta_s)`, in the form in which it is stored.
///
/// Arrays are not copied and belong to the caller.
public sealed interface Exclusive {
    /// The tensor's shape in the shared expert.
    Shape shape();

    /// Prepares adding; the result may be used by one thread at a time.
    Adder adder();

    /// Adds `weight * v_i` to a window of the tensor once; see [Adder#addTo].
    default void addTo(float[] target, long start, float weight) {
        adder().addTo(target, start, weight);
    }

    /// Adds windows of the dense tensor.
    @FunctionalInterface
    interface Adder {
        /// Adds `weight * v_i` to a window of the tensor, product and sum rounded separately; the bits do not depend on
        /// the window.
        ///
        /// @param target the window
        /// @param start the position in the tensor of the window's first element
        void addTo(float[] target, long start, float weight);
    }

    /// A product of two factors, [d0, rest] = [m, n]: `v = U Vt`.
    ///
    /// @param u `[m, r]` row-major, columns scaled by the singular values
    /// @param vt `[r, n]` row-major
    record Factors(Shape shape, int rows, int columns, int rank, float[] u, float[] vt) implements Exclusive {
        @Override
        public Adder adder() {
            return new FactorAdder(this);
        }
    }

    /// Some elements of the tensor; all others are 0.
    ///
    /// @param index positions in row-major order, ascending
    /// @param value the elements there
    record Sparse(Shape shape, long[] index, float[] value) implements Exclusive {
        @Override
        public Adder adder() {
            return (target, start, weight) -> {
                int found = Arrays.binarySearch(index, start);
                for (int k = found < 0 ? -found - 1 : found; k < index.length; k++) {
                    long j = index[k] - start;
                    if (j >= target.length) {
                        return;
                    }
                    target[(int) j] += weight * value[k];
                }
            };
        }
    }

    /// The whole tensor.
    ///
    /// @param value all elements in row-major order
    /// @param oracle whether it is taken from the true task instead of being routed
    record Whole(Shape shape, float[] value, boolean oracle) implements Exclusive {
        @Override
        public Adder adder() {
            return (target, start, weight) -> {
                int from = Math.toIntExact(start);
                for (int j = 0; j < target.length; j++) {
                    target[j] += weight * value[from + j];
                }
            };
        }
    }
}
