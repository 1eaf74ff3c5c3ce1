package org.modelmerge.kernel;

/// Exact order statistics of floats that are seen only in a stream.
///
/// Each float has a 32-bit key whose unsigned order is the order of the numbers (-0 counts as +0, NaN is the largest).
/// One pass counts the upper 16 bits of the keys, which brackets a rank to one bin; a second pass counts the lower 16
/// bits inside that bin, which gives the exact value. Counts add, so any partition of the stream gives the same answer.
public final class RankHistogram {
    /// Bins of one histogram.
    public static final int BINS = 1 << 16;

    private RankHistogram() {}

    /// Counts the upper halves of the keys.
    public static void countUpper(float[] values, long[] counts) {
        for (float value : values) {
            counts[key(value) >>> 16]++;
        }
    }

    /// Counts the lower halves of the keys whose upper half is `bin`.
    public static void countLower(float[] values, int bin, long[] counts) {
        for (float value : values) {
            int key = key(value);
            if (key >>> 16 == bin) {
                counts[key & 0xffff]++;
            }
        }
    }

    /// Where a rank falls.
    ///
    /// @param bin the bin that holds it
    /// @param below how many values lie in lower bins
    public record Position(int bin, long below) {}

    /// The bin that holds the value of 0-based `rank`.
    ///
    /// @throws IllegalArgumentException if there are not so many values
    public static Position locate(long[] counts, long rank) {
        long below = 0;
        for (int bin = 0; bin < counts.length; bin++) {
            if (rank < below + counts[bin]) {
                return new Position(bin, below);
            }
            below += counts[bin];
        }
        throw new IllegalArgumentException("rank " + rank + " of " + below + " values");
    }

    /// The float whose key has these halves.
    public static float decode(int upper, int lower) {
        int key = upper << 16 | lower;
        return Float.intBitsToFloat(key < 0 ? key ^ 0x80000000 : ~key);
    }

    private static int key(float value) {
        int bits = Float.floatToIntBits(value + 0f);
        return bits < 0 ? ~bits : bits ^ 0x80000000;
    }
}
