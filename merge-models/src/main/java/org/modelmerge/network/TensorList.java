package org.modelmerge.network;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.modelmerge.checkpoint.Shape;

/// The names and shapes that a network asks for, as its layers add them.
final class TensorList {
    private final Map<String, Shape> shapes = new LinkedHashMap<>();

    /// Adds one tensor.
    void add(String name, long... sizes) {
        shapes.put(name, Shape.of(sizes));
    }

    /// Adds `name.weight` of these sizes, and `name.bias` of the first of them.
    void addWithBias(String name, long... sizes) {
        add(name + ".weight", sizes);
        add(name + ".bias", sizes[0]);
    }

    Map<String, Shape> shapes() {
        return Collections.unmodifiableMap(shapes);
    }
}
