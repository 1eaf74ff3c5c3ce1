package org.modelmerge.kernel;

/// Plane rotations of neighbouring rows of a matrix.
///
/// Rows have a constant length, because the compiler vectorises a loop with two stores only if it knows how far apart
/// they are.
public final class RowRotation {
    /// Elements of a row.
    public static final int WIDTH = 128;

    private RowRotation() {}

    /// `a = c a + s b` and `b = c b - s a` of two neighbouring rows a and b, from the values before the call.
    ///
    /// @param rows `[n][WIDTH]`, row-major
    /// @param a the number of the upper row
    public static void apply(double[] rows, int a, double c, double s) {
        int from = a * WIDTH;
        for (int j = from; j < from + WIDTH; j++) {
            double upper = rows[j];
            double lower = rows[j + WIDTH];
            rows[j] = c * upper + s * lower;
            rows[j + WIDTH] = c * lower - s * upper;
        }
    }
}
