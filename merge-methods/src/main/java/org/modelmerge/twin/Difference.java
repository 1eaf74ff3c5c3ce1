package org.modelmerge.twin;

import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.engine.DifferenceReader;
import org.modelmerge.error.MergeException;
import org.modelmerge.svd.RowSource;

/// The difference between an expert and the shared expert in one tensor, `theta_i - theta_s`, read window by window.
///
/// As a matrix it is `[d0, rest]`. Not for use by several threads.
final class Difference implements RowSource {
    private final StoredTensor expert;
    private final StoredTensor shared;
    private final int rows;
    private final int columns;
    private final DifferenceReader reader;

    /// @param rows 1 for a tensor that is no matrix
    Difference(
            Checkpoint expertModel,
            Checkpoint sharedModel,
            String tensor,
            int rows,
            int columns,
            DifferenceReader reader) {
        this.expert = stored(expertModel, tensor);
        this.shared = stored(sharedModel, tensor);
        this.rows = rows;
        this.columns = columns;
        this.reader = reader;
    }

    private static StoredTensor stored(Checkpoint model, String tensor) {
        StoredTensor stored = model.tensor(tensor);
        if (stored == null) {
            throw new IllegalStateException("no tensor " + tensor + " in " + model);
        }
        return stored;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public void read(int from, int count, float[][] target) throws MergeException {
        reader.readRows(expert, shared, from, count, columns, target);
    }

    /// Fills an array with the elements from a position on.
    void read(long start, float[] target) throws MergeException {
        reader.read(expert, shared, start, target);
    }
}
