package org.modelmerge.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.network.Blueprint.Tensors;

/// Self-attention with several heads, as BERT and CLIP have it.
///
/// ```
/// o_h = softmax(q_h k_h^T / sqrt(d / heads)) v_h        for each head h
/// out = (o_1 ... o_heads) W^T + b
/// ```
///
/// @param query name of the projection to q, without `.weight`
/// @param key name of the projection to k
/// @param value name of the projection to v
/// @param out name of the projection of the heads' outputs
/// @param heads the number of heads; divides d
record SelfAttention(String query, String key, String value, String out, int heads) {
    /// Adds the four projections to what the network asks for.
    void declare(TensorList tensors, long d) {
        for (String projection : List.of(query, key, value, out)) {
            tensors.addWithBias(projection, d, d);
        }
    }

    /// The attention's output for x.
    ///
    /// @param x [n, t, d]
    /// @param mask added to the scores, [n, 1, 1, t], or null
    NDArray apply(BatchMemory memory, Tensors tensors, NDArray x, @Nullable NDArray mask) {
        Shape shape = x.getShape();
        long d = shape.get(2);
        NDArray scale = memory.constant((float) (1 / Math.sqrt((double) d / heads)));
        NDArray q = split(Layers.linear(x, tensors, query).mul(scale));
        NDArray k = split(Layers.linear(x, tensors, key));
        NDArray v = split(Layers.linear(x, tensors, value));
        NDArray scores = q.matMul(k.swapAxes(2, 3));
        NDArray masked = mask == null ? scores : scores.add(mask);
        NDArray mixed = masked.softmax(-1).matMul(v).swapAxes(1, 2).reshape(shape);
        return Layers.linear(mixed, tensors, out);
    }

    /// [n, t, d] as [n, heads, t, d / heads].
    private NDArray split(NDArray x) {
        Shape shape = x.getShape();
        return x.reshape(shape.get(0), shape.get(1), heads, shape.get(2) / heads)
                .swapAxes(1, 2);
    }
}
