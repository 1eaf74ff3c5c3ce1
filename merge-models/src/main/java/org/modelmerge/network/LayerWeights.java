package org.modelmerge.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import org.jspecify.annotations.Nullable;

/// Weights by name, and what a layer does with them.
///
/// Plain weights are the same for all items of a batch, and the methods here are all that there is to it.
/// [RoutedTensors] has other weights for each item.
@FunctionalInterface
public interface LayerWeights {
    /// The tensor with this name, one of [Blueprint#tensors()].
    NDArray get(String name);

    /// `x W^T + b`.
    ///
    /// @param x [n, k] or [n, t, k]
    /// @param bias null for none
    default NDArray linear(NDArray x, String weight, @Nullable String bias) {
        return Layers.linear(x, get(weight), bias == null ? null : get(bias));
    }

    /// A convolution.
    ///
    /// @param x [n, channels, height, width]
    /// @param bias null for none
    default NDArray convolution(NDArray x, String weight, @Nullable String bias, Shape stride, Shape padding) {
        return Layers.convolution(x, get(weight), bias == null ? null : get(bias), stride, padding);
    }

    /// Rows of a table by number.
    ///
    /// @param numbers [n, t]
    /// @return [n, t, d]
    default NDArray rows(NDArray numbers, String table) {
        return Layers.embedding(numbers, get(table));
    }

    /// The first rows of a table, as they are added to [n, count, d].
    default NDArray firstRows(String table, long count) {
        return get(table).get(new NDIndex().addSliceDim(0, count));
    }

    /// A vector, once for each item: [count, 1, d].
    default NDArray vectors(String name, long count) {
        NDArray vector = get(name);
        return vector.broadcast(new Shape(count, 1, vector.size()));
    }

    /// Normalises over the last axis, then scales and shifts.
    default NDArray layerNorm(BatchMemory memory, NDArray x, String weight, String bias, float epsilon) {
        return Layers.layerNorm(x, get(weight), get(bias), epsilon);
    }

    /// Scales and shifts each channel: (x - mean) / sqrt(variance + epsilon) * weight + bias.
    ///
    /// @param x [n, channels, height, width]
    /// @param mean name of the means, null for 0
    /// @param variance name of the variances, null for 1
    default NDArray scaleChannels(
            BatchMemory memory,
            NDArray x,
            @Nullable String mean,
            @Nullable String variance,
            String weight,
            String bias,
            float epsilon) {
        Shape channels = new Shape(x.getShape().get(1));
        return Layers.batchNorm(
                x,
                mean == null ? memory.constants(channels, 0) : get(mean),
                variance == null ? memory.constants(channels, 1) : get(variance),
                get(weight),
                get(bias),
                epsilon);
    }
}
