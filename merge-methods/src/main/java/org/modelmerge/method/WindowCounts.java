package org.modelmerge.method;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import org.modelmerge.kernel.FloatKey;
import org.modelmerge.kernel.KeyCounts;
import org.modelmerge.kernel.RankWindow;
import org.modelmerge.kernel.SignCount;

/// How many values lie below each window, and which inside.
///
/// Few values lie inside: a window that turns out to hold too many different ones gives up, as if it had missed its
/// rank.
final class WindowCounts {
    private static final int MOST_KEYS = 1 << 20;

    private final RankWindow[][] windows;
    /// The windows without zero.
    private final RankWindow[][] listed;
    private final long[][] below;
    private final KeyCounts[][] inside;
    private int[] flags = new int[0];
    private int[] indexes = new int[0];

    /// @param windows `[row][k]`
    WindowCounts(RankWindow[][] windows) {
        this.windows = windows;
        this.listed = new RankWindow[windows.length][];
        this.below = new long[windows.length][];
        this.inside = new KeyCounts[windows.length][];
        for (int row = 0; row < windows.length; row++) {
            listed[row] =
                    Arrays.stream(windows[row]).map(WindowCounts::withoutZero).toArray(RankWindow[]::new);
            below[row] = new long[windows[row].length];
            inside[row] = new KeyCounts[windows[row].length];
            for (int k = 0; k < inside[row].length; k++) {
                inside[row][k] = new KeyCounts(MOST_KEYS);
            }
        }
    }

    /// Counts a slice.
    ///
    /// @param rows `[row][m]`
    /// @return how many [#indexes()] have some value that is not 0 inside a window
    int add(float[][] rows) {
        int size = rows[0].length;
        if (flags.length != size) {
            flags = new int[size];
            indexes = new int[size];
        }
        Arrays.fill(flags, 0);
        for (int row = 0; row < rows.length; row++) {
            for (int k = 0; k < windows[row].length; k++) {
                RankWindow window = windows[row][k];
                below[row][k] += listed[row][k].count(rows[row], flags);
                if (window.from() == 0) {
                    // Zeros may be most of a sparse task vector: they are counted at once.
                    long zeros = size - SignCount.countNonZero(rows[row]);
                    below[row][k] -= zeros;
                    inside[row][k].add(0, zeros);
                }
            }
        }
        int found = RankWindow.list(flags, indexes);
        for (int h = 0; h < found; h++) {
            addInside(rows, indexes[h]);
        }
        return found;
    }

    private void addInside(float[][] rows, int index) {
        for (int row = 0; row < rows.length; row++) {
            int key = FloatKey.of(rows[row][index]);
            for (int k = 0; k < windows[row].length; k++) {
                if (listed[row][k].contains(key)) {
                    inside[row][k].add(key, 1);
                }
            }
        }
    }

    private static RankWindow withoutZero(RankWindow window) {
        return window.from() == 0 ? new RankWindow(1, window.to()) : window;
    }

    /// Places in the last slice, in ascending order.
    int[] indexes() {
        return indexes;
    }

    void merge(WindowCounts other) {
        for (int row = 0; row < below.length; row++) {
            for (int k = 0; k < below[row].length; k++) {
                below[row][k] += other.below[row][k];
                inside[row][k].addAll(other.inside[row][k]);
            }
        }
    }

    /// Whether each window held its rank.
    ///
    /// @param ranks `[k]`
    boolean hold(long[] ranks) {
        for (int row = 0; row < below.length; row++) {
            for (int k = 0; k < ranks.length; k++) {
                long rank = ranks[k] - below[row][k];
                if (rank < 0 || rank >= inside[row][k].total()) {
                    return false;
                }
            }
        }
        return true;
    }

    /// The values at the ranks, if [#hold(long...)].
    ///
    /// @return `[row][k]`
    float[][] values(long[] ranks) {
        float[][] values = new float[below.length][ranks.length];
        for (int row = 0; row < below.length; row++) {
            for (int k = 0; k < ranks.length; k++) {
                values[row][k] = FloatKey.value(inside[row][k].keyAt(ranks[k] - below[row][k]));
            }
        }
        return values;
    }

    void write(DataOutput output) throws IOException {
        for (int row = 0; row < below.length; row++) {
            for (int k = 0; k < below[row].length; k++) {
                output.writeLong(below[row][k]);
                write(inside[row][k], output);
            }
        }
    }

    void read(DataInput input) throws IOException {
        for (int row = 0; row < below.length; row++) {
            for (int k = 0; k < below[row].length; k++) {
                below[row][k] = input.readLong();
                read(inside[row][k], input);
            }
        }
    }

    static void write(KeyCounts counts, DataOutput output) throws IOException {
        int[] keys = counts.keys();
        output.writeInt(counts.isOverflown() ? -1 : keys.length);
        for (int key : keys) {
            output.writeInt(key);
            output.writeLong(counts.weight(key));
        }
    }

    static void read(KeyCounts counts, DataInput input) throws IOException {
        int size = input.readInt();
        if (size < 0) {
            counts.giveUp();
        }
        for (int k = 0; k < size; k++) {
            int key = input.readInt();
            counts.add(key, input.readLong());
        }
    }
}
