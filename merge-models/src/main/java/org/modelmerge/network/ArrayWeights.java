package org.modelmerge.network;

import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.MergeException;

/// Weights in memory: what a program has just merged, without a file in between.
public final class ArrayWeights implements WeightSource {
    private final String name;
    private final Map<String, Shape> shapes = new LinkedHashMap<>();
    private final Map<String, float[]> values = new LinkedHashMap<>();

    /// No weights yet.
    ///
    /// @param name what messages call them
    public ArrayWeights(String name) {
        this.name = name;
    }

    /// Adds or replaces a tensor.
    ///
    /// @param elements in row-major order, not copied
    /// @return this
    /// @throws IllegalArgumentException if there are not as many elements as the shape has
    public ArrayWeights put(String tensor, Shape shape, float[] elements) {
        if (shape.elementCount() != elements.length) {
            throw new IllegalArgumentException(tensor + " has " + elements.length + " elements for the shape " + shape);
        }
        shapes.put(tensor, shape);
        values.put(tensor, elements);
        return this;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Map<String, Shape> shapes() {
        return Collections.unmodifiableMap(shapes);
    }

    @Override
    public void read(String tensor, FloatBuffer target) throws MergeException {
        float[] elements = values.get(tensor);
        if (elements == null) {
            throw TensorShapes.missing(tensor).inFile(name);
        }
        target.put(elements);
    }
}
