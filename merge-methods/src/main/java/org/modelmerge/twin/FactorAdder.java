package org.modelmerge.twin;

import java.util.Arrays;
import org.modelmerge.kernel.RowSums;
import org.modelmerge.twin.Exclusive.Factors;

/// Adds windows of a product of factors. Each element is summed over the rank from the left in float32, then multiplied
/// by the weight.
final class FactorAdder implements Exclusive.Adder {
    private final int rank;
    private final int columns;
    /// With room for a whole call of [RowSums] after the last row.
    private final float[] u;
    /// Rows of Vt, and rows of zeros up to a multiple of [RowSums#ROWS].
    private final float[][] vt;
    private final float[] sum;

    FactorAdder(Factors factors) {
        rank = factors.rank();
        columns = factors.columns();
        u = Arrays.copyOf(factors.u(), factors.u().length + RowSums.ROWS);
        vt = new float[(rank + RowSums.ROWS - 1) / RowSums.ROWS * RowSums.ROWS][columns];
        for (int k = 0; k < rank; k++) {
            System.arraycopy(factors.vt(), k * columns, vt[k], 0, columns);
        }
        sum = new float[columns];
    }

    @Override
    public void addTo(float[] target, long start, float weight) {
        for (int done = 0; done < target.length; ) {
            long position = start + done;
            int row = Math.toIntExact(position / columns);
            int from = (int) (position % columns);
            int count = Math.min(columns - from, target.length - done);
            Arrays.fill(sum, 0);
            for (int k = 0; k < vt.length; k += RowSums.ROWS) {
                RowSums.add(u, row * rank + k, vt, k, sum, columns);
            }
            for (int j = 0; j < count; j++) {
                target[done + j] += weight * sum[from + j];
            }
            done += count;
        }
    }
}
