package org.modelmerge.twin;

import java.util.Arrays;

/// Products of stored factors.
final class LowRank {
    private LowRank() {}

    /// Adds `weight * (U Vt)` to a window of the product, which may start and end inside a row.
    ///
    /// Each element is summed over the rank from the left in float32, then multiplied by the weight: the bits do not
    /// depend on the window.
    static void addProduct(float[] u, float[] vt, int rank, int columns, long start, float weight, float[] target) {
        int done = 0;
        float[] row = new float[columns];
        while (done < target.length) {
            long position = start + done;
            int i = Math.toIntExact(position / columns);
            int from = (int) (position % columns);
            int count = Math.min(columns - from, target.length - done);
            product(u, i * rank, vt, rank, columns, from, count, row);
            for (int j = 0; j < count; j++) {
                target[done + j] += weight * row[j];
            }
            done += count;
        }
    }

    private static void product(
            float[] u, int uStart, float[] vt, int rank, int columns, int from, int count, float[] row) {
        Arrays.fill(row, 0, count, 0);
        for (int k = 0; k < rank; k++) {
            float factor = u[uStart + k];
            int vtStart = k * columns + from;
            for (int j = 0; j < count; j++) {
                row[j] += factor * vt[vtStart + j];
            }
        }
    }
}
