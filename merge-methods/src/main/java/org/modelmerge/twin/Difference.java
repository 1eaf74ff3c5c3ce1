package org.modelmerge.twin;

import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.SliceReader;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.kernel.Kernels;
import org.modelmerge.svd.RowSource;

/// The difference between an expert and the shared expert in one tensor, `theta_i - theta_s`, read window by window.
///
/// As a matrix it is `[d0, rest]`. Not for use by several threads.
final class Difference implements RowSource {
    private static final int WINDOW = 1 << 16;

    private final String tensor;
    private final StoredTensor expert;
    private final Checkpoint expertModel;
    private final StoredTensor shared;
    private final int rows;
    private final int columns;
    private final SliceReader reader = new SliceReader(WINDOW);
    private float[] minuend = new float[0];
    private float[] subtrahend = new float[0];

    /// @param rows 1 for a tensor that is no matrix
    Difference(Checkpoint expertModel, Checkpoint sharedModel, String tensor, int rows, int columns) {
        this.tensor = tensor;
        this.expertModel = expertModel;
        this.expert = stored(expertModel, tensor);
        this.shared = stored(sharedModel, tensor);
        this.rows = rows;
        this.columns = columns;
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
        if (columns >= WINDOW) {
            for (int k = 0; k < count; k++) {
                read((from + (long) k) * columns, target[k]);
            }
            return;
        }
        int perWindow = columns == 0 ? Math.max(1, count) : WINDOW / columns;
        for (int k = 0; k < count; k += perWindow) {
            int together = Math.min(perWindow, count - k);
            float[] window = new float[together * columns];
            read((from + (long) k) * columns, window);
            for (int t = 0; t < together; t++) {
                System.arraycopy(window, t * columns, target[k + t], 0, columns);
            }
        }
    }

    /// Fills an array with the elements from a position on.
    void read(long start, float[] target) throws MergeException {
        for (int done = 0; done < target.length; done += WINDOW) {
            int count = Math.min(WINDOW, target.length - done);
            if (minuend.length != count) {
                minuend = new float[count];
                subtrahend = new float[count];
            }
            read(expert, expertModel.path(), start + done, minuend);
            read(shared, TwinManifest.SHARED_FILE, start + done, subtrahend);
            Kernels.subtract(minuend, subtrahend, minuend);
            int bad = Kernels.firstNonFinite(minuend);
            if (bad >= 0) {
                throw MergeException.of(
                                ErrorCode.NON_FINITE,
                                "element " + (start + done + bad) + " minus the shared expert's is not finite (got "
                                        + minuend[bad] + ")")
                        .inFile(expertModel.path())
                        .atTensor(tensor)
                        .withHint("pass --exclude with a pattern for this name to take it from the shared expert");
            }
            System.arraycopy(minuend, 0, target, done, count);
        }
    }

    private void read(StoredTensor from, String file, long start, float[] target) throws MergeException {
        long offset = from.fileOffset() + start * from.info().dtype().bytes();
        try {
            reader.readFloats(from.shard().source(), from.info().dtype(), offset, target);
        } catch (MergeException e) {
            throw e.inFile(file).atTensor(tensor);
        }
    }
}
