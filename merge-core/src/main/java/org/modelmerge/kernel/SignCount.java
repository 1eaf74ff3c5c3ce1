package org.modelmerge.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Counts on how many elements some arrays are active, and on how many of these they agree in sign.
///
/// Works on the bits of the floats, which vectorises; comparisons of floats that end in counts do not.
public final class SignCount {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    private int[] positive = new int[0];
    private int[] negative = new int[0];
    private long active;
    private long conflicting;

    /// Counts of nothing.
    public SignCount() {}

    /// Starts anew.
    public void clear() {
        active = 0;
        conflicting = 0;
    }

    /// Adds a window.
    ///
    /// @param arrays `[n][m]`
    public void add(float[][] arrays) {
        int size = arrays[0].length;
        if (positive.length != size) {
            positive = new int[size];
            negative = new int[size];
        }
        Arrays.fill(positive, 0);
        Arrays.fill(negative, 0);
        for (float[] array : arrays) {
            addSigns(MemorySegment.ofArray(array), positive, negative);
        }
        active += countEither(positive, negative);
        conflicting += countBoth(positive, negative);
    }

    /// Elements on which some array is not 0.
    public long active() {
        return active;
    }

    /// Active elements on which all arrays that are not 0 have one sign.
    public long agreeing() {
        return active - conflicting;
    }

    /// The number of elements that are not 0.
    public static long countNonZero(float[] array) {
        return countNonZero(MemorySegment.ofArray(array), array.length);
    }

    /// The top bit of `positive[j]` and `negative[j]` says whether some array is so.
    private static void addSigns(MemorySegment bits, int[] positive, int[] negative) {
        for (int j = 0; j < positive.length; j++) {
            int word = bits.get(INT, 4L * j);
            int magnitude = word << 1;
            int nonZero = magnitude | -magnitude;
            positive[j] |= nonZero & ~word;
            negative[j] |= nonZero & word;
        }
    }

    private static int countEither(int[] positive, int[] negative) {
        int count = 0;
        for (int j = 0; j < positive.length; j++) {
            count += (positive[j] | negative[j]) >>> 31;
        }
        return count;
    }

    private static int countBoth(int[] positive, int[] negative) {
        int count = 0;
        for (int j = 0; j < positive.length; j++) {
            count += (positive[j] & negative[j]) >>> 31;
        }
        return count;
    }

    private static int countNonZero(MemorySegment bits, int size) {
        int count = 0;
        for (int j = 0; j < size; j++) {
            int magnitude = bits.get(INT, 4L * j) << 1;
            count += (magnitude | -magnitude) >>> 31;
        }
        return count;
    }
}
