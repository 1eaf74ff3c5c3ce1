package org.modelmerge.network;

/// Hears how a network gets on.
@FunctionalInterface
public interface ItemListener {
    /// Hears nothing.
    ItemListener NONE = items -> {};

    /// The features of some more items are computed. Called by several threads at once.
    ///
    /// @param items how many, 1 or more
    void computed(int items);
}
