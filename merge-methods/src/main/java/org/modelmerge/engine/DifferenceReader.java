package org.modelmerge.engine;

import org.modelmerge.checkpoint.SliceReader;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.kernel.Kernels;

/// Reads differences of two tensors in F32, window by window; one per thread, for tensors one after the other, so that
/// their buffers are taken once.
public final class DifferenceReader {
    private static final int WINDOW = 1 << 16;

    /// Bytes of its buffers.
    public static final long BYTES = (2L * Double.BYTES + 4L * Float.BYTES) * WINDOW;

    private final String subtrahendName;
    private final String cure;
    private final SliceReader reader = new SliceReader(WINDOW);
    private float[] minuend = new float[0];
    private float[] subtrahend = new float[0];
    private float[] together = new float[0];

    /// @param subtrahendName of the second tensor, for messages: `the base's`
    /// @param cure what `--exclude` does to a tensor with values that are not finite: `to leave it out`
    public DifferenceReader(String subtrahendName, String cure) {
        this.subtrahendName = subtrahendName;
        this.cure = cure;
    }

    /// Fills an array with elements of `from - minus`.
    ///
    /// @param start index of the first element
    /// @throws MergeException if reading fails, or a difference is not finite
    public void read(StoredTensor from, StoredTensor minus, long start, float[] target) throws MergeException {
        for (int done = 0; done < target.length; done += WINDOW) {
            int count = Math.min(WINDOW, target.length - done);
            if (minuend.length != count) {
                minuend = new float[count];
                subtrahend = new float[count];
            }
            read(from, start + done, minuend);
            read(minus, start + done, subtrahend);
            Kernels.subtract(minuend, subtrahend, minuend);
            int bad = Kernels.firstNonFinite(minuend);
            if (bad >= 0) {
                throw MergeException.of(
                                ErrorCode.NON_FINITE,
                                "element " + (start + done + bad) + " minus " + subtrahendName + " is not finite (got "
                                        + minuend[bad] + ", expected a finite number)")
                        .inFile(from.shard().name())
                        .atTensor(from.info().name())
                        .withHint("pass --exclude with a pattern for this name " + cure);
            }
            System.arraycopy(minuend, 0, target, done, count);
        }
    }

    /// Fills rows of matrices.
    ///
    /// @param row the first one
    /// @param target `[count or more][columns]`
    /// @throws MergeException if reading fails, or a difference is not finite
    public void readRows(StoredTensor from, StoredTensor minus, int row, int count, int columns, float[][] target)
            throws MergeException {
        int perWindow = Math.max(1, WINDOW / Math.max(1, columns));
        for (int k = 0; k < count; k += perWindow) {
            int rows = Math.min(perWindow, count - k);
            long start = (row + (long) k) * columns;
            if (rows == 1) {
                read(from, minus, start, target[k]);
                continue;
            }
            if (together.length != rows * columns) {
                together = new float[rows * columns];
            }
            read(from, minus, start, together);
            for (int t = 0; t < rows; t++) {
                System.arraycopy(together, t * columns, target[k + t], 0, columns);
            }
        }
    }

    private void read(StoredTensor from, long start, float[] target) throws MergeException {
        long offset = from.fileOffset() + start * from.info().dtype().bytes();
        try {
            reader.readFloats(from.shard().source(), from.info().dtype(), offset, target);
        } catch (MergeException e) {
            throw e.inFile(from.shard().name()).atTensor(from.info().name());
        }
    }
}
