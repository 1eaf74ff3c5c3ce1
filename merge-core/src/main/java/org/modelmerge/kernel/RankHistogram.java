package org.modelmerge.kernel;

/// Exact order statistics of floats that are seen only in a stream.
///
/// Works on the unsigned halves of [FloatKey]s. One pass counts the upper halves, which brackets a rank to one bin; a
/// second pass counts the lower halves inside that bin, which gives the exact value. Counts add, so any partition of
/// the stream gives the same answer.
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
        return FloatKey.value((upper << 16 | lower) ^ 0x80000000);
    }

    /// Keys in the unsigned order of their halves.
    private static int key(float value) {
        return FloatKey.of(value) ^ 0x80000000;
    }
}
