package org.modelmerge.routing;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.twin.RoutingWeights;

/// The router of Twin-Merging: which exclusive experts an input needs, in which shares.
///
/// ```
/// h = g(bn1(fc1 z)); h = g(bn3(fc3 h)); logits = fc4 h          g(y) = y if y > 0, else 0.01 y
/// w = softmax(logits)
/// ```
///
/// z are the features that the shared expert computes of the input. Batch normalisation uses the running statistics of
/// the training, epsilon 1e-5. Arithmetic is float32 in one order, so the same features give the same bits on every
/// machine.
///
/// Source: Lu et al., "Twin-Merging", 2024, arXiv:2406.15479; class SimpleMLP of LZY-the-boys/Twin-Merging at f481c60,
/// in evaluation mode, where its dropout does nothing.
public final class Router {
    /// What the official code's batch normalisation adds to variances.
    public static final float EPSILON = 1e-5f;

    /// The slope of the official code's activation for negative numbers.
    public static final float SLOPE = 0.01f;

    private final RouterShape shape;
    private final Map<String, float[]> tensors;
    private final RouterLayer first;
    private final RouterLayer second;
    private final RouterLayer last;

    private Router(RouterShape shape, Map<String, float[]> tensors) {
        this.shape = shape;
        this.tensors = tensors;
        this.first = layer("fc1");
        this.second = layer("fc3");
        this.last = layer("fc4");
    }

    /// A router of these weights.
    ///
    /// @param tensors those of [RouterShape#tensors()], row-major, copied
    /// @throws MergeException `MISSING_TENSOR`, `MISMATCH` for another number of elements, `NON_FINITE`
    public static Router of(RouterShape shape, Map<String, float[]> tensors) throws MergeException {
        Map<String, float[]> copies = new LinkedHashMap<>();
        for (Map.Entry<String, Shape> wanted : shape.tensors().entrySet()) {
            float[] elements = tensors.get(wanted.getKey());
            if (elements == null) {
                throw MergeException.of(ErrorCode.MISSING_TENSOR, "the router needs this tensor and the file lacks it")
                        .atTensor(wanted.getKey());
            }
            check(wanted.getKey(), wanted.getValue(), elements);
            copies.put(wanted.getKey(), elements.clone());
        }
        return new Router(shape, Collections.unmodifiableMap(copies));
    }

    private static void check(String name, Shape shape, float[] elements) throws MergeException {
        if (elements.length != shape.elementCount()) {
            throw MergeException.of(
                            ErrorCode.MISMATCH,
                            "wrong size for the router (got " + elements.length + " elements, expected " + shape + ")")
                    .atTensor(name);
        }
        for (int i = 0; i < elements.length; i++) {
            if (!Float.isFinite(elements[i])) {
                throw MergeException.of(
                                ErrorCode.NON_FINITE,
                                "element " + i + " is not finite (got " + elements[i] + ", expected a number)")
                        .atTensor(name);
            }
        }
    }

    private RouterLayer layer(String name) {
        return new RouterLayer(tensor(name + ".weight"), tensor(name + ".bias"));
    }

    /// The elements of a tensor, not copied; nobody may change them.
    float[] tensor(String name) {
        float[] elements = tensors.get(name);
        if (elements == null) {
            throw new IllegalArgumentException("a router has no tensor " + name);
        }
        return elements;
    }

    /// Its sizes.
    public RouterShape shape() {
        return shape;
    }

    /// The logits of one input.
    ///
    /// @param features `[d]`, what the shared expert computes of the input
    /// @return `[n]`
    public float[] logits(float[] features) {
        if (features.length != shape.featureCount()) {
            throw new IllegalArgumentException(features.length + " features for " + shape);
        }
        return last.apply(hidden(second, hidden(first, features, "bn1"), "bn3"));
    }

    private float[] hidden(RouterLayer layer, float[] x, String norm) {
        float[] y = layer.apply(x);
        float[] weight = tensor(norm + ".weight");
        float[] bias = tensor(norm + ".bias");
        float[] mean = tensor(norm + ".running_mean");
        float[] variance = tensor(norm + ".running_var");
        for (int i = 0; i < y.length; i++) {
            float normal = (y[i] - mean[i]) / (float) Math.sqrt(variance[i] + EPSILON);
            float scaled = normal * weight[i] + bias[i];
            y[i] = scaled > 0 ? scaled : SLOPE * scaled;
        }
        return y;
    }

    /// The shares of the exclusive experts for one input: the softmax of [#logits].
    ///
    /// @param features `[d]`
    /// @return `[n]`, their sum is 1
    public float[] weights(float[] features) {
        return RoutingWeights.softmax(logits(features));
    }
}
