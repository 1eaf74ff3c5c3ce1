package org.modelmerge.kernel;

import java.util.Arrays;

/// A dot product of float32 arrays in float64, fed in pieces.
///
/// Element `k` of the whole goes to lane `k mod 64`; lanes add up left to right in the end. So the result depends on
/// the elements alone, not on how they were cut into pieces. Each product is exact; only the additions round.
public final class DotProduct {
    private static final int LANES = 64;

    private final double[] lanes = new double[LANES];

    /// A sum of nothing.
    public DotProduct() {}

    /// Starts anew.
    public void clear() {
        Arrays.fill(lanes, 0);
    }

    /// Adds `sum_j a[j] * b[j]`.
    ///
    /// @param position the place of `a[0]` in the whole
    public void add(float[] a, float[] b, long position) {
        int j = 0;
        for (int lane = (int) (position % LANES); lane != 0 && lane < LANES && j < a.length; lane++, j++) {
            lanes[lane] += (double) a[j] * b[j];
        }
        for (; j + LANES <= a.length; j += LANES) {
            for (int lane = 0; lane < LANES; lane++) {
                lanes[lane] += (double) a[j + lane] * b[j + lane];
            }
        }
        for (int lane = 0; j < a.length; lane++, j++) {
            lanes[lane] += (double) a[j] * b[j];
        }
    }

    /// The sum of all that was added.
    public double sum() {
        double sum = 0;
        for (double lane : lanes) {
            sum += lane;
        }
        return sum;
    }
}
