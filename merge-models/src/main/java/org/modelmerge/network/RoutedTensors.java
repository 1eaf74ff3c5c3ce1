package org.modelmerge.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.modelmerge.network.RoutedPart.Factored;
import org.modelmerge.network.RoutedPart.Stacked;

/// Weights that differ from item to item, without a matrix for any item.
///
/// ```
/// y_b = W x_b + sum_i w_bi U_i (V_i x_b)          b = item of the batch, i = expert
/// ```
///
/// V_1 ... V_n lie one below the other and U_1 ... U_n side by side, so the sum over experts is two products: V x, each
/// piece of it times its item's share, then U. Vectors (biases, scales of normalisations) are summed item by item.
final class RoutedTensors implements Blueprint.Tensors {
    private final Blueprint.Tensors shared;
    private final RoutedParts parts;
    private final BatchMemory memory;
    private final float[][] shares;
    private final float[][] oracle;
    private final Map<List<Integer>, NDArray> perRank = new HashMap<>();

    /// Weights for one batch.
    ///
    /// @param shared the shared expert
    /// @param parts what the experts have of its tensors
    /// @param memory of the batch
    /// @param shares `[items][n]`, w
    /// @param oracle the same for tensors that are not routed: 1 at the true task
    RoutedTensors(Blueprint.Tensors shared, RoutedParts parts, BatchMemory memory, float[][] shares, float[][] oracle) {
        this.shared = shared;
        this.parts = parts;
        this.memory = memory;
        this.shares = shares;
        this.oracle = oracle;
    }

    /// A tensor that is the same for all items.
    @Override
    public NDArray get(String name) {
        if (parts.get(name) != null) {
            throw new IllegalStateException("a layer uses " + name + " as if it were the same for all items");
        }
        return shared.get(name);
    }

    @Override
    public NDArray linear(NDArray x, String weight, @Nullable String bias) {
        String ownBias = bias != null && parts.get(bias) != null ? bias : null;
        NDArray y = shared.linear(x, weight, ownBias == null ? bias : null);
        RoutedPart part = parts.get(weight);
        NDArray mixed =
                switch (part) {
                    case null -> y;
                    case Factored factored -> {
                        NDArray inner = Layers.linear(x, factored.down(), null);
                        NDArray weighted = inner.mul(perRank(factored, middle(x)));
                        yield y.add(Layers.linear(weighted, factored.up(), null));
                    }
                    case Stacked stacked -> y.add(stackedLinear(x, stacked));
                };
        return ownBias == null ? mixed : mixed.add(vector(ownBias, middle(x)));
    }

    /// All experts' products, then their weighted sum.
    private NDArray stackedLinear(NDArray x, Stacked stacked) {
        long out = stacked.shape().get(0);
        NDArray all =
                Layers.linear(x, stacked.values().reshape(-1, stacked.shape().get(1)), null);
        long[] split = Arrays.copyOf(x.getShape().getShape(), x.getShape().dimension() + 1);
        split[split.length - 2] = stacked.experts();
        split[split.length - 1] = out;
        Shape perExpert = middle(x).addAll(new Shape(stacked.experts(), 1));
        return all.reshape(split).mul(perExpert(stacked, perExpert)).sum(new int[] {split.length - 2});
    }

    @Override
    public NDArray convolution(NDArray x, String weight, @Nullable String bias, Shape stride, Shape padding) {
        String ownBias = bias != null && parts.get(bias) != null ? bias : null;
        NDArray y = shared.convolution(x, weight, ownBias == null ? bias : null, stride, padding);
        RoutedPart part = parts.get(weight);
        NDArray mixed =
                switch (part) {
                    case null -> y;
                    case Factored factored -> {
                        Shape kernel = factored.shape().slice(1);
                        NDArray down = factored.down().reshape(new Shape(factored.totalRank()).addAll(kernel));
                        NDArray inner = Layers.convolution(x, down, null, stride, padding);
                        NDArray weighted =
                                inner.mul(perRank(factored, new Shape()).reshape(-1, factored.totalRank(), 1, 1));
                        NDArray up = factored.up().reshape(factored.shape().get(0), factored.totalRank(), 1, 1);
                        yield y.add(Layers.convolution(weighted, up, null, new Shape(1, 1), new Shape(0, 0)));
                    }
                    case Stacked stacked -> y.add(stackedConvolution(x, stacked, stride, padding));
                };
        return ownBias == null ? mixed : mixed.add(channels(ownBias));
    }

    private NDArray stackedConvolution(NDArray x, Stacked stacked, Shape stride, Shape padding) {
        Shape kernels = new Shape(-1).addAll(stacked.shape().slice(1));
        NDArray all = Layers.convolution(x, stacked.values().reshape(kernels), null, stride, padding);
        Shape size = all.getShape();
        long out = stacked.shape().get(0);
        NDArray split = all.reshape(size.get(0), stacked.experts(), out * size.get(2) * size.get(3));
        return split.mul(perExpert(stacked, new Shape(stacked.experts(), 1)))
                .sum(new int[] {1})
                .reshape(size.get(0), out, size.get(2), size.get(3));
    }

    @Override
    public NDArray rows(NDArray numbers, String table) {
        NDArray y = shared.rows(numbers, table);
        return switch (parts.get(table)) {
            case null -> y;
            case Factored factored ->
                y.add(Layers.embedding(numbers, factored.up())
                        .mul(perRank(factored, new Shape(1)))
                        .matMul(factored.down()));
            case Stacked stacked -> {
                NDArray sum = y;
                NDArray tables = stacked.values().reshape(new Shape(stacked.experts()).addAll(stacked.shape()));
                for (int i = 0; i < stacked.experts(); i++) {
                    sum = sum.add(Layers.embedding(numbers, tables.get(i)).mul(share(stacked, i)));
                }
                yield sum;
            }
        };
    }

    @Override
    public NDArray firstRows(String table, long count) {
        NDArray y = shared.firstRows(table, count);
        return switch (parts.get(table)) {
            case null -> y;
            case Factored factored -> {
                NDArray up = factored.up().get(new NDIndex().addSliceDim(0, count));
                yield y.add(up.reshape(1, count, factored.totalRank())
                        .mul(perRank(factored, new Shape(1)))
                        .matMul(factored.down()));
            }
            case Stacked stacked -> {
                long d = stacked.shape().get(1);
                NDArray first = stacked.values().get(new NDIndex().addAllDim().addSliceDim(0, count * d));
                yield y.add(perExpert(stacked, new Shape(stacked.experts()))
                        .matMul(first)
                        .reshape(-1, count, d));
            }
        };
    }

    @Override
    public NDArray vectors(String name, long count) {
        return parts.get(name) == null ? shared.vectors(name, count) : vector(name, new Shape(1));
    }

    @Override
    public NDArray layerNorm(BatchMemory scratch, NDArray x, String weight, String bias, float epsilon) {
        if (parts.get(weight) == null && parts.get(bias) == null) {
            return shared.layerNorm(scratch, x, weight, bias, epsilon);
        }
        Shape width = new Shape(x.getShape().get(x.getShape().dimension() - 1));
        NDArray normal = Layers.layerNorm(x, memory.constants(width, 1), memory.constants(width, 0), epsilon);
        return normal.mul(vector(weight, middle(x))).add(vector(bias, middle(x)));
    }

    @Override
    public NDArray scaleChannels(
            BatchMemory scratch,
            NDArray x,
            @Nullable String mean,
            @Nullable String variance,
            String weight,
            String bias,
            float epsilon) {
        NDArray centred = mean == null ? x : x.sub(channels(mean));
        NDArray normal = variance == null
                ? centred
                : centred.div(channels(variance).add(memory.constant(epsilon)).sqrt());
        return normal.mul(channels(weight)).add(channels(bias));
    }

    /// A vector for each channel, [items or 1, channels, 1, 1].
    private NDArray channels(String name) {
        return vector(name, new Shape()).reshape(-1, shared.get(name).size(), 1, 1);
    }

    /// A vector of the items, `[items, 1 ..., d]`, or `[d]` if it is the same for all.
    ///
    /// @param between the sizes of 1
    private NDArray vector(String name, Shape between) {
        NDArray own = shared.get(name);
        return switch (parts.get(name)) {
            case null -> own;
            case Stacked stacked ->
                perExpert(stacked, new Shape(stacked.experts()))
                        .matMul(stacked.values())
                        .add(own)
                        .reshape(new Shape(-1).addAll(between).add(own.size()));
            case Factored _ -> throw new IllegalStateException(name + " is a matrix");
        };
    }

    /// Sizes of 1 for the axes of x between items and elements.
    private static Shape middle(NDArray x) {
        long[] ones = new long[x.getShape().dimension() - 2];
        Arrays.fill(ones, 1);
        return new Shape(ones);
    }

    /// Each item's shares, repeated for the ranks of the experts: [items, 1 ..., rank].
    private NDArray perRank(Factored factored, Shape between) {
        List<Integer> ranks = Arrays.stream(factored.ranks()).boxed().toList();
        NDArray flat = perRank.computeIfAbsent(
                ranks,
                _ -> memory.lasting(new Shape(shares.length, factored.totalRank()), buffer -> {
                    for (float[] item : shares) {
                        for (int i = 0; i < item.length; i++) {
                            for (int k = 0; k < factored.ranks()[i]; k++) {
                                buffer.putFloat(item[i]);
                            }
                        }
                    }
                }));
        return flat.reshape(new Shape(shares.length).addAll(between).add(factored.totalRank()));
    }

    /// Each item's shares of the experts: [items, ...].
    ///
    /// @param rest the sizes after the first
    private NDArray perExpert(Stacked stacked, Shape rest) {
        return memory.floats(new Shape(shares.length).addAll(rest), buffer -> {
            for (float[] item : stacked.isOracle() ? oracle : shares) {
                for (float share : item) {
                    buffer.putFloat(share);
                }
            }
        });
    }

    /// Each item's share of one expert: [items, 1, 1].
    private NDArray share(Stacked stacked, int expert) {
        return memory.floats(new Shape(shares.length, 1, 1), buffer -> {
            for (float[] item : stacked.isOracle() ? oracle : shares) {
                buffer.putFloat(item[expert]);
            }
        });
    }
}
