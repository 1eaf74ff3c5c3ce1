package org.modelmerge.onnx;

import java.util.Collections;
import java.util.List;
import java.util.Map;

/// What an ONNX file says about its weights: the initialisers, and which nodes use which tensor.
///
/// @param producer the program that wrote the file, with its version; empty if it does not say
/// @param initializers in the order of the file, those of nested graphs included
/// @param uses tensor name to its uses, in the order of the file
record Graph(String producer, List<Initializer> initializers, Map<String, List<Use>> uses) {
    Graph {
        initializers = List.copyOf(initializers);
        uses = Collections.unmodifiableMap(uses);
    }

    /// The uses of a tensor.
    List<Use> usesOf(String name) {
        return uses.getOrDefault(name, List.of());
    }
}
