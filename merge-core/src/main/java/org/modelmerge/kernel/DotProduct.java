package org.modelmerge.kernel;

import java.util.Arrays;

/// A dot product of float32 arrays in float64, fed in pieces.
///
/// Element `k` of the whole goes to lane `k mod 512`, in [ElementOrder#EVEN_ODD] to lane `k / 2 mod 512` of one of
/// two sets; lanes add up left to right in the end. So the result depends on the elements and their order in the
/// arrays alone, not on how they were cut into pieces. Each product is exact; only the additions round.
public final class DotProduct {
    /// Lanes of a set: long enough for vectors, short enough for the first cache.
    private static final int LANES = 512;

    private final double[] even = new double[LANES];
    private final double[] odd = new double[LANES];

    /// A sum of nothing.
    public DotProduct() {}

    /// Starts anew.
    public void clear() {
        Arrays.fill(even, 0);
        Arrays.fill(odd, 0);
    }

    /// Adds `sum_j a[j] * b[j]` of a window in natural order.
    ///
    /// @param position the place of `a[0]` in the whole
    public void add(float[] a, float[] b, long position) {
        add(a, b, position, ElementOrder.NATURAL);
    }

    /// Adds `sum_j a[j] * b[j]`.
    ///
    /// @param position the place of the window's first element in the whole
    /// @param order how the window's elements lie in both arrays
    public void add(float[] a, float[] b, long position, ElementOrder order) {
        switch (order) {
            case NATURAL -> addRun(a, b, 0, a.length, even, position);
            case EVEN_ODD -> {
                int evens = ElementOrder.evens(a.length);
                boolean startsEven = position % 2 == 0;
                addRun(a, b, 0, evens, startsEven ? even : odd, position / 2);
                addRun(a, b, evens, a.length, startsEven ? odd : even, (position + 1) / 2);
            }
        }
    }

    private static void addRun(float[] a, float[] b, int from, int to, double[] lanes, long position) {
        int j = from;
        int lane = (int) (position % LANES);
        while (j < to) {
            int count = Math.min(LANES - lane, to - j);
            if (count == LANES) {
                addBlock(a, b, j, lanes);
            } else {
                for (int k = 0; k < count; k++) {
                    lanes[lane + k] += (double) a[j + k] * b[j + k];
                }
            }
            j += count;
            lane = 0;
        }
    }

    /// A method of its own, so that the loop is compiled for vectors by itself.
    private static void addBlock(float[] a, float[] b, int from, double[] lanes) {
        for (int k = 0; k < lanes.length; k++) {
            lanes[k] += (double) a[from + k] * b[from + k];
        }
    }

    /// The sum of all that was added.
    public double sum() {
        double sum = 0;
        for (double lane : even) {
            sum += lane;
        }
        for (double lane : odd) {
            sum += lane;
        }
        return sum;
    }
}
