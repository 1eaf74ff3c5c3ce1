package org.modelmerge.method;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.modelmerge.error.MergeException;

/// A measurement over all merged elements that can be taken in any partition: slices fold into states, states merge.
///
/// @param <R> the result
public interface Statistic<R> {
    /// Elements of a block of the sample: neighbours are alike, so many small blocks tell more than few large ones.
    int SAMPLE_BLOCK = 512;

    /// What it measures, for progress and plan.
    String name();

    /// Whether it is shown a sample of the model only: blocks that follow from the plan, some million elements or all
    /// there are.
    default boolean isSampled() {
        return false;
    }

    /// A state that has seen nothing.
    State newState();

    /// The result of the state that has seen everything; a pure function.
    ///
    /// @throws MergeException if the statistic does not exist for these values
    R finish(State state) throws MergeException;

    /// What has been seen so far. Merging is associative and commutative to the bit, so states hold counts, extremes
    /// and exact values, never running floating-point sums.
    interface State {
        /// Folds a slice in.
        void add(Slice slice);

        /// Folds another state of the same statistic in.
        void merge(State other);

        /// Writes the compact binary form.
        void write(DataOutput output) throws IOException;

        /// Reads the binary form into a state that has seen nothing.
        void read(DataInput input) throws IOException;
    }

    /// A statistic of whole tensors: every tensor is seen by one thread, as often as it likes.
    ///
    /// @param <R> the result
    interface OfTensors<R> extends Statistic<R> {
        @Override
        TensorState newState();
    }

    /// The state of a statistic of whole tensors.
    interface TensorState extends State {
        /// Folds a tensor in.
        ///
        /// @throws MergeException if reading fails
        void addTensor(Tensor tensor) throws MergeException;

        @Override
        default void add(Slice slice) {
            throw new IllegalStateException("a statistic of whole tensors was given a slice");
        }
    }

    /// All slices of one tensor, in order, as often as wanted.
    interface Tensor {
        /// The tensor's place among the merged tensors.
        int index();

        /// The number of its elements.
        long size();

        /// The number of experts.
        int taskCount();

        /// Hands over each slice.
        ///
        /// @throws MergeException if reading fails
        void forEachSlice(SliceConsumer consumer) throws MergeException;
    }

    /// Takes a slice.
    @FunctionalInterface
    interface SliceConsumer {
        void accept(Slice slice);
    }
}
