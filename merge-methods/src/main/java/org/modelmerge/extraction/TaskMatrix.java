package org.modelmerge.extraction;

import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.engine.DifferenceReader;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.svd.RowSource;

/// One tensor of a task vector, `tau = expert - base` in F32, as a matrix: its first size, and the product of the rest.
///
/// Not for use by several threads.
final class TaskMatrix implements RowSource {
    private static final int WINDOW = 1 << 16;

    private final StoredTensor base;
    private final StoredTensor expert;
    private final int rows;
    private final int columns;
    private final DifferenceReader reader;

    private TaskMatrix(StoredTensor base, StoredTensor expert, int rows, int columns, DifferenceReader reader) {
        this.base = base;
        this.expert = expert;
        this.rows = rows;
        this.columns = columns;
        this.reader = reader;
    }

    /// @param reader may serve many, one at a time
    /// @throws MergeException `UNSUPPORTED_FORMAT` if a side exceeds an array
    static TaskMatrix of(Checkpoint base, Checkpoint expert, String name, DifferenceReader reader)
            throws MergeException {
        StoredTensor ofBase = base.tensor(name);
        StoredTensor ofExpert = expert.tensor(name);
        if (ofBase == null || ofExpert == null) {
            throw new IllegalStateException("no tensor " + name);
        }
        Shape shape = ofBase.info().shape();
        long rows = shape.rank() == 0 ? 1 : shape.size(0);
        long columns = rows == 0 ? 0 : shape.elementCount() / rows;
        if (Math.max(rows, columns) > Integer.MAX_VALUE - 8) {
            throw MergeException.of(
                            ErrorCode.UNSUPPORTED_FORMAT,
                            "the tensor has too long a side (got " + shape + ", expected at most "
                                    + (Integer.MAX_VALUE - 8) + ")")
                    .atTensor(name);
        }
        return new TaskMatrix(ofBase, ofExpert, (int) rows, (int) columns, reader);
    }

    Shape shape() {
        return base.info().shape();
    }

    /// Bytes that reading it once takes.
    long bytes() {
        return base.info().byteCount() + expert.info().byteCount();
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
        reader.readRows(expert, base, from, count, columns, target);
    }

    /// `|tau|^2`, summed in float64 in order.
    double squares() throws MergeException {
        double squares = 0;
        float[] window = new float[0];
        long elements = (long) rows * columns;
        for (long start = 0; start < elements; start += window.length) {
            int count = (int) Math.min(WINDOW, elements - start);
            window = window.length == count ? window : new float[count];
            reader.read(expert, base, start, window);
            for (float value : window) {
                squares += (double) value * value;
            }
        }
        return squares;
    }
}
