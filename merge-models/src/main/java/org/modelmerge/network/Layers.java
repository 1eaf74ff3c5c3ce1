package org.modelmerge.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Embedding;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.nn.pooling.Pool;
import org.jspecify.annotations.Nullable;
import org.modelmerge.network.Blueprint.Tensors;

/// The layers that networks are made of, with weights by the names that PyTorch gives them.
///
/// All are differentiable in inputs and weights. Weights are [out, in], as PyTorch stores them.
final class Layers {
    private static final Shape ONE = new Shape(1, 1);
    private static final Shape TWO = new Shape(2, 2);
    private static final Shape NONE = new Shape(0, 0);

    private Layers() {}

    /// `x W^T + b` with `name.weight` and `name.bias`.
    static NDArray linear(NDArray x, Tensors tensors, String name) {
        return tensors.linear(x, name + ".weight", name + ".bias");
    }

    /// `x W^T` with `name.weight`.
    static NDArray linearWithoutBias(NDArray x, Tensors tensors, String name) {
        return tensors.linear(x, name + ".weight", null);
    }

    static NDArray linear(NDArray x, NDArray weight, @Nullable NDArray bias) {
        return (bias == null ? Linear.linear(x, weight) : Linear.linear(x, weight, bias)).singletonOrThrow();
    }

    /// Normalises over the last axis, then scales by `name.weight` and adds `name.bias`.
    static NDArray layerNorm(BatchMemory memory, NDArray x, Tensors tensors, String name, float epsilon) {
        return tensors.layerNorm(memory, x, name + ".weight", name + ".bias", epsilon);
    }

    static NDArray layerNorm(NDArray x, NDArray weight, NDArray bias, float epsilon) {
        return LayerNorm.layerNorm(x, weight.getShape(), weight, bias, epsilon).singletonOrThrow();
    }

    /// Rows of a table [rows, d] by number.
    static NDArray embedding(NDArray numbers, NDArray table) {
        return Embedding.embedding(numbers, table, SparseFormat.DENSE).singletonOrThrow();
    }

    /// `x Phi(x)` with the exact normal distribution function.
    static NDArray gelu(NDArray x) {
        return Activation.gelu(x);
    }

    static NDArray relu(NDArray x) {
        return Activation.relu(x);
    }

    /// A convolution of 3 x 3 with zero padding 1, with `name.weight` and no bias.
    static NDArray conv3(NDArray x, Tensors tensors, String name, int stride) {
        return tensors.convolution(x, name + ".weight", null, new Shape(stride, stride), ONE);
    }

    /// A convolution of 3 x 3 with stride 1 and zero padding 1, with `name.weight` and `name.bias`.
    static NDArray conv3WithBias(NDArray x, Tensors tensors, String name) {
        return tensors.convolution(x, name + ".weight", name + ".bias", ONE, ONE);
    }

    /// One vector for each square patch of an image, without overlap, with `name.weight` [d, channels, side,
    /// side].
    static NDArray patches(NDArray x, Tensors tensors, String name, long side) {
        return tensors.convolution(x, name + ".weight", null, new Shape(side, side), NONE);
    }

    static NDArray convolution(NDArray x, NDArray weight, @Nullable NDArray bias, Shape stride, Shape padding) {
        return Conv2d.conv2d(x, weight, bias, stride, padding, ONE).singletonOrThrow();
    }

    static NDArray maxPool2(NDArray x) {
        return Pool.maxPool2d(x, TWO, TWO, NONE, false);
    }

    /// Batch normalisation by the statistics of the training, which the checkpoint holds.
    static NDArray batchNorm(BatchMemory memory, NDArray x, Tensors tensors, String name) {
        return tensors.scaleChannels(
                memory, x, name + ".running_mean", name + ".running_var", name + ".weight", name + ".bias", 1e-5f);
    }

    static NDArray batchNorm(NDArray x, NDArray mean, NDArray variance, NDArray weight, NDArray bias, float epsilon) {
        // Axis -1 is DJL's word for "as PyTorch does", channels second.
        return BatchNorm.batchNorm(x, mean, variance, weight, bias, -1, 0.9f, epsilon, false)
                .singletonOrThrow();
    }

    /// Normalises each group of channels of each image, then scales and shifts each channel.
    static NDArray groupNorm(BatchMemory memory, NDArray x, Tensors tensors, String name, int groups, float epsilon) {
        Shape shape = x.getShape();
        long images = shape.get(0);
        long groupSize = shape.size() / images / groups;
        Shape group = new Shape(groupSize);
        NDArray normal = layerNorm(
                x.reshape(images, groups, groupSize), memory.constants(group, 1), memory.constants(group, 0), epsilon);
        // Batch normalisation with mean 0 and variance 1 scales and shifts in one pass.
        return tensors.scaleChannels(memory, normal.reshape(shape), null, null, name + ".weight", name + ".bias", 0);
    }
}
