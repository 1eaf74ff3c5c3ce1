package org.modelmerge.kernel;

import java.util.Arrays;

/// Weights per [FloatKey], for few different keys: an open hash table that grows up to a limit.
public final class KeyCounts {
    private static final int SMALLEST = 1 << 10;
    private static final int RANGE_BITS = 12;

    private final int limit;
    private int[] keys = new int[0];
    private long[] weights = new long[0];
    private boolean[] taken = new boolean[0];
    private int size;
    private long total;
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
        total += weight;
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
        total = 0;
    }

    /// The different keys in ascending order.
    public int[] keys() {
        return keys(Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    private int[] keys(int least, int most) {
        int[] sorted = new int[size];
        int found = 0;
        for (int slot = 0; slot < keys.length; slot++) {
            if (taken[slot] && keys[slot] >= least && keys[slot] <= most) {
                sorted[found++] = keys[slot];
            }
        }
        Arrays.sort(sorted, 0, found);
        return Arrays.copyOf(sorted, found);
    }

    /// The sum of all weights.
    public long total() {
        return total;
    }

    /// The key that has a rank if each stands as often as its weight says, in ascending order.
    ///
    /// For weights that are not negative.
    ///
    /// @param rank from 0, less than [#total()]
    public int keyAt(long rank) {
        if (rank < 0 || rank >= total) {
            throw new IllegalArgumentException("rank " + rank + " of " + total);
        }
        int least = Integer.MAX_VALUE;
        int most = Integer.MIN_VALUE;
        for (int slot = 0; slot < keys.length; slot++) {
            if (taken[slot]) {
                least = Math.min(least, keys[slot]);
                most = Math.max(most, keys[slot]);
            }
        }
        // The weights of ranges of keys tell in which one the rank lies, so few keys are sorted and looked up.
        int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros((long) most - least) - RANGE_BITS);
        long[] ranges = new long[1 << RANGE_BITS];
        for (int slot = 0; slot < keys.length; slot++) {
            if (taken[slot]) {
                ranges[(keys[slot] - least) >>> shift] += weights[slot];
            }
        }
        int range = 0;
        long seen = ranges[0];
        while (rank >= seen) {
            range++;
            seen += ranges[range];
        }
        seen -= ranges[range];
        long first = least + ((long) range << shift);
        for (int key : keys((int) first, (int) Math.min(first + (1L << shift) - 1, most))) {
            seen += weight(key);
            if (rank < seen) {
                return key;
            }
        }
        throw new IllegalStateException("rank " + rank + " of " + total + " is lost");
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
