package org.modelmerge.svd;

import org.modelmerge.error.MergeException;

/// A matrix whose rows are read when they are needed.
public interface RowSource {
    /// The number of rows m.
    int rows();

    /// The number of columns n.
    int columns();

    /// Fills rows of length [#columns()].
    ///
    /// @param from the first row
    /// @param count how many
    /// @param target `[count or more][n]`
    /// @throws MergeException if reading fails, or a value is not finite
    void read(int from, int count, float[][] target) throws MergeException;

    /// A matrix in memory; the arrays are not copied.
    ///
    /// @param values `[m][n]`
    static RowSource of(float[][] values, int columns) {
        return new RowSource() {
            @Override
            public int rows() {
                return values.length;
            }

            @Override
            public int columns() {
                return columns;
            }

            @Override
            public void read(int from, int count, float[][] target) {
                for (int k = 0; k < count; k++) {
                    System.arraycopy(values[from + k], 0, target[k], 0, columns);
                }
            }
        };
    }
}
