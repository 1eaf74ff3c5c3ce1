package org.modelmerge.kernel;

import java.util.Arrays;

/// Weights per [FloatKey], for few different keys: an open hash table that grows up to a limit.
public final class KeyCounts {
    private static final int SMALLEST = 1 << 10;

    private final int limit;
    private int[] keys = new int[0];
    private long[] weights = new long[0];
    private boolean[] taken = new boolean[0];
    private int size;
    private boolean overflown;

    /// An empty table.
    ///
    /// @param limit the largest number of different keys
    public KeyCounts(int limit) {
        this.limit = limit;
    }

    /// Adds to the weight of a key. Beyond the limit of keys the table gives up and forgets all.
    public void add(int key, long weight) {
        if (overflown) {
            return;
        }
        if (2 * size >= keys.length) {
            if (size >= limit) {
                giveUp();
                return;
            }
            grow();
        }
        int slot = slot(key);
        if (!taken[slot]) {
            taken[slot] = true;
            keys[slot] = key;
            size++;
        }
        weights[slot] += weight;
    }

    /// Adds all of another table.
    public void addAll(KeyCounts other) {
        if (other.overflown) {
            giveUp();
        }
        for (int slot = 0; slot < other.keys.length; slot++) {
            if (other.taken[slot]) {
                add(other.keys[slot], other.weights[slot]);
            }
        }
    }

    /// Whether there were more different keys than the limit.
    public boolean isOverflown() {
        return overflown;
    }

    /// Gives up: what was added does not count, and nothing more is taken.
    public void giveUp() {
        overflown = true;
        keys = new int[0];
        weights = new long[0];
        taken = new boolean[0];
        size = 0;
    }

    /// The different keys in ascending order.
    public int[] keys() {
        int[] sorted = new int[size];
        int found = 0;
        for (int slot = 0; slot < keys.length; slot++) {
            if (taken[slot]) {
                sorted[found++] = keys[slot];
            }
        }
        Arrays.sort(sorted);
        return sorted;
    }

    /// The weight of a key, 0 if it is not there.
    public long weight(int key) {
        return size == 0 ? 0 : weights[slot(key)];
    }

    private int slot(int key) {
        int mask = keys.length - 1;
        // The upper bits of the product depend on all bits of the key, whose lower ones are often 0.
        int slot = (key * 0x9e3779b9) >>> Integer.numberOfLeadingZeros(mask);
        while (taken[slot] && keys[slot] != key) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        int[] oldKeys = keys;
        long[] oldWeights = weights;
        boolean[] oldTaken = taken;
        int capacity = Math.max(SMALLEST, 2 * oldKeys.length);
        keys = new int[capacity];
        weights = new long[capacity];
        taken = new boolean[capacity];
        for (int old = 0; old < oldKeys.length; old++) {
            if (oldTaken[old]) {
                int slot = slot(oldKeys[old]);
                taken[slot] = true;
                keys[slot] = oldKeys[old];
                weights[slot] = oldWeights[old];
            }
        }
    }
}
