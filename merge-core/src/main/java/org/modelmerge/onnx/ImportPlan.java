package org.modelmerge.onnx;

import java.util.List;

/// What becomes of each initialiser: imported under a name or several, or left out.
///
/// @param items what is imported, in the order of the file
/// @param leftOut the rest
/// @param foldedConvolutions how many convolutions lost the name of their weight
record ImportPlan(List<Item> items, List<LeftOut> leftOut, int foldedConvolutions) {
    ImportPlan {
        items = List.copyOf(items);
        leftOut = List.copyOf(leftOut);
    }

    /// One tensor of the output and where it comes from.
    record Item(Initializer source, ImportedTensor tensor) {}
}
