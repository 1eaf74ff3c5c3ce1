package org.modelmerge.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A range of [FloatKey]s, and the questions on which side of it the elements of an array lie.
///
/// Windows of positive numbers are asked in loops over the bits of the floats, which the compiler vectorises; all
/// others, and arrays with a NaN, element by element.
///
/// @param from the first key
/// @param to the key after the last one
public record RankWindow(int from, int to) {
    /// All numbers.
    public static final RankWindow ALL = new RankWindow(Integer.MIN_VALUE, Integer.MAX_VALUE);

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final int INFINITY = 0x7f800000;

    public RankWindow {
        if (from >= to) {
            throw new IllegalArgumentException("window from " + from + " to " + to);
        }
    }

    /// The window of the upper halves `first` to `last` of [RankHistogram].
    public static RankWindow ofBins(int first, int last) {
        int from = (first << 16) ^ 0x80000000;
        int to = last == RankHistogram.BINS - 1 ? Integer.MAX_VALUE : ((last + 1) << 16) ^ 0x80000000;
        return new RankWindow(from, to);
    }

    /// Whether a key lies inside.
    public boolean contains(int key) {
        return key >= from && key < to;
    }

    /// Counts the values below the window, and makes `flags[j]` negative where `values[j]` lies inside; the other flags
    /// stay as they are.
    public int count(float[] values, int[] flags) {
        flag(values, flags);
        MemorySegment bits = MemorySegment.ofArray(values);
        if (from > 0 && !hasNaN(bits, values.length)) {
            return countBelow(bits, from, values.length);
        }
        int below = 0;
        for (float value : values) {
            below += FloatKey.of(value) < from ? 1 : 0;
        }
        return below;
    }

    /// Makes `flags[j]` negative where `values[j]` lies inside; the other flags stay as they are.
    public void flag(float[] values, int[] flags) {
        MemorySegment bits = MemorySegment.ofArray(values);
        if (from > 0 && !hasNaN(bits, values.length)) {
            flag(bits, from, to, flags);
            return;
        }
        for (int j = 0; j < values.length; j++) {
            flags[j] |= contains(FloatKey.of(values[j])) ? Integer.MIN_VALUE : 0;
        }
    }

    /// Makes `flags[j]` negative where a value between `least[j]` and `most[j]` may lie inside; NaN may lie anywhere.
    ///
    /// For windows of positive numbers.
    public void flagOverlapping(float[] least, float[] most, int[] flags) {
        if (from <= 0) {
            throw new IllegalStateException(this + " is not of positive numbers");
        }
        // NaN has larger bits than all numbers, or a sign.
        flagBelow(MemorySegment.ofArray(least), to, flags, MemorySegment.ofArray(most), from);
    }

    private static void flagBelow(MemorySegment least, int high, int[] flags, MemorySegment most, int low) {
        for (int j = 0; j < flags.length; j++) {
            int lower = least.get(INT, 4L * j);
            int upper = most.get(INT, 4L * j);
            flags[j] |= (lower | (lower - high)) & ~(upper | (upper - low));
        }
    }

    /// Lists the negative flags.
    ///
    /// @param indexes takes their places in ascending order, at most `flags.length`
    /// @return how many there are
    public static int list(int[] flags, int[] indexes) {
        int found = 0;
        // Most blocks hold none, or most hold some: then a list without branches is faster.
        if (countNegative(flags) > flags.length / 32) {
            for (int j = 0; j < flags.length; j++) {
                indexes[found] = j;
                found += flags[j] >>> 31;
                if (found == indexes.length) {
                    break;
                }
            }
            return found;
        }
        int blocks = flags.length / 8;
        for (int block = 0; block < blocks; block++) {
            int j = 8 * block;
            int some = flags[j] | flags[j + 1] | flags[j + 2] | flags[j + 3];
            some |= flags[j + 4] | flags[j + 5] | flags[j + 6] | flags[j + 7];
            if (some < 0) {
                found = list(flags, j, j + 8, indexes, found);
            }
        }
        return list(flags, 8 * blocks, flags.length, indexes, found);
    }

    private static int list(int[] flags, int from, int to, int[] indexes, int alreadyFound) {
        int found = alreadyFound;
        for (int j = from; j < to; j++) {
            if (flags[j] < 0) {
                indexes[found++] = j;
            }
        }
        return found;
    }

    private static int countNegative(int[] flags) {
        int count = 0;
        for (int flag : flags) {
            count += flag >>> 31;
        }
        return count;
    }

    private static boolean hasNaN(MemorySegment bits, int size) {
        return Kernels.largestMagnitude(bits, size) > INFINITY;
    }

    /// For a positive `low`: what is negative is below it, for the rest the bits are the key.
    private static int countBelow(MemorySegment bits, int low, int size) {
        int count = 0;
        for (int j = 0; j < size; j++) {
            int word = bits.get(INT, 4L * j);
            count += (word | (word - low)) >>> 31;
        }
        return count;
    }

    private static void flag(MemorySegment bits, int low, int high, int[] flags) {
        for (int j = 0; j < flags.length; j++) {
            int word = bits.get(INT, 4L * j);
            flags[j] |= ~(word | (word - low)) & (word - high);
        }
    }
}
