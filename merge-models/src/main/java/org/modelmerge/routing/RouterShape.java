package org.modelmerge.routing;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.modelmerge.checkpoint.Shape;

/// The sizes of a router.
///
/// @param featureCount d, what it reads
/// @param hidden units of the two hidden layers
/// @param taskCount n, the experts that it chooses among
public record RouterShape(int featureCount, int hidden, int taskCount) {
    /// Refuses sizes below 1.
    public RouterShape {
        if (featureCount < 1 || hidden < 1 || taskCount < 1) {
            throw new IllegalArgumentException(
                    featureCount + " features, " + hidden + " units, " + taskCount + " tasks");
        }
    }

    /// The official sizes: two hidden layers of 2 d units.
    public static RouterShape of(int featureCount, int taskCount) {
        return new RouterShape(featureCount, Math.multiplyExact(2, featureCount), taskCount);
    }

    /// The tensors of the official code's `SimpleMLP`, by name.
    public Map<String, Shape> tensors() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        linear(shapes, "fc1", hidden, featureCount);
        norm(shapes, "bn1");
        linear(shapes, "fc3", hidden, hidden);
        norm(shapes, "bn3");
        linear(shapes, "fc4", taskCount, hidden);
        return Collections.unmodifiableMap(shapes);
    }

    private static void linear(Map<String, Shape> shapes, String name, long out, long in) {
        shapes.put(name + ".weight", Shape.of(out, in));
        shapes.put(name + ".bias", Shape.of(out));
    }

    private void norm(Map<String, Shape> shapes, String name) {
        for (String part : new String[] {"weight", "bias", "running_mean", "running_var"}) {
            shapes.put(name + "." + part, Shape.of(hidden));
        }
    }
}
