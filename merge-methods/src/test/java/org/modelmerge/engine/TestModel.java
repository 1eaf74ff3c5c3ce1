package org.modelmerge.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.testing.TinyCheckpoint;

/// Tensors of a model in file order.
record TestModel(List<TestTensor> tensors) {
    private static final List<DType> FLOATS = List.of(DType.F32, DType.BF16, DType.F16, DType.F64);

    /// A base of random values with these sizes; dtypes take turns, and some elements are -0.
    static TestModel random(SplittableRandom random, int... sizes) {
        List<TestTensor> tensors = new ArrayList<>();
        for (int size : sizes) {
            float[] values = new float[size];
            for (int j = 0; j < size; j++) {
                values[j] = random.nextInt(16) == 0 ? -0f : (float) random.nextGaussian() / 8;
            }
            DType dtype = FLOATS.get(tensors.size() % FLOATS.size());
            Shape shape = size == 1 ? Shape.of() : Shape.of(size);
            tensors.add(TestTensor.of("layer." + tensors.size() + ".weight", dtype, shape, values));
        }
        return new TestModel(tensors);
    }

    /// A fine-tune of this model: a third of the elements stay, a third move by multiples of 1/512 so that magnitudes
    /// tie and sums cancel, the rest move by anything. Every third tensor is kept in another dtype.
    TestModel fineTuned(SplittableRandom random) {
        List<TestTensor> tuned = new ArrayList<>();
        for (TestTensor tensor : tensors) {
            float[] values = tensor.floats();
            for (int j = 0; j < values.length; j++) {
                switch (random.nextInt(3)) {
                    case 0 -> {}
                    case 1 -> values[j] += (random.nextInt(9) - 4) / 512f;
                    default -> values[j] += (float) random.nextGaussian() / 100;
                }
            }
            int turn = tuned.size();
            DType dtype = turn % 3 == 2 ? FLOATS.get((turn + 1) % FLOATS.size()) : tensor.dtype();
            tuned.add(tensor.with(dtype, values));
        }
        return new TestModel(tuned);
    }

    /// The tensors in another order.
    TestModel inOrder(int... order) {
        List<TestTensor> ordered = new ArrayList<>();
        for (int k : order) {
            ordered.add(tensors.get(k));
        }
        return new TestModel(ordered);
    }

    TinyCheckpoint checkpoint() {
        TinyCheckpoint checkpoint = new TinyCheckpoint();
        for (TestTensor tensor : tensors) {
            checkpoint.tensor(tensor.name(), tensor.dtype(), tensor.shape(), tensor.bytes());
        }
        return checkpoint;
    }

    /// All elements, tensor after tensor, as float32.
    float[] floats() {
        float[] all = new float
                [tensors.stream()
                        .mapToInt(t -> t.bytes().length / t.dtype().bytes())
                        .sum()];
        int position = 0;
        for (TestTensor tensor : tensors) {
            float[] values = tensor.floats();
            System.arraycopy(values, 0, all, position, values.length);
            position += values.length;
        }
        return all;
    }

    /// A model of these tensors and dtypes whose elements, tensor after tensor, are `all`.
    TestModel withFloats(float[] all) {
        List<TestTensor> filled = new ArrayList<>();
        int position = 0;
        for (TestTensor tensor : tensors) {
            float[] values = new float[tensor.bytes().length / tensor.dtype().bytes()];
            System.arraycopy(all, position, values, 0, values.length);
            filled.add(tensor.with(tensor.dtype(), values));
            position += values.length;
        }
        return new TestModel(filled);
    }
}
