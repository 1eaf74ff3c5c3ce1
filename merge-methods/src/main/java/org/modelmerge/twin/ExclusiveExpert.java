package org.modelmerge.twin;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.checkpoint.SliceReader;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.twin.Exclusive.Factors;
import org.modelmerge.twin.Exclusive.Sparse;
import org.modelmerge.twin.Exclusive.Whole;
import org.modelmerge.twin.TwinManifest.Tensor;

/// An exclusive expert in its file: what its task needs beyond the shared expert. Tensors are read when asked for.
///
/// Safe for use by several threads until the folder is closed.
public final class ExclusiveExpert {
    static final String U = ".U";
    static final String VT = ".Vt";
    static final String INDEX = ".idx";
    static final String VALUE = ".val";
    static final String DENSE = ".dense";

    private static final int BUFFER_ELEMENTS = 1 << 16;

    private final String task;
    private final int position;
    private final Checkpoint file;

    ExclusiveExpert(String task, int position, Checkpoint file) {
        this.task = task;
        this.position = position;
        this.file = file;
    }

    /// The task.
    public String task() {
        return task;
    }

    /// The file's tensors as they are stored.
    public Checkpoint file() {
        return file;
    }

    /// Reads one tensor.
    ///
    /// @param tensor one of the manifest
    /// @throws MergeException if reading fails, or a value is no finite number or no position
    public Exclusive read(Tensor tensor) throws MergeException {
        String name = tensor.name();
        Shape shape = tensor.shape();
        return switch (tensor.form()) {
            case FACTORS ->
                new Factors(
                        shape,
                        Math.toIntExact(tensor.rows()),
                        Math.toIntExact(tensor.columns()),
                        Math.toIntExact(tensor.kept().get(position)),
                        floats(name + U),
                        floats(name + VT));
            case SPARSE -> new Sparse(shape, positions(name + INDEX, shape.elementCount()), floats(name + VALUE));
            case DENSE -> new Whole(shape, floats(name + DENSE), false);
            case ORACLE -> new Whole(shape, floats(name + DENSE), true);
        };
    }

    private StoredTensor stored(String name) {
        StoredTensor stored = file.tensor(name);
        if (stored == null) {
            throw new IllegalArgumentException("no tensor " + name + " in " + file);
        }
        return stored;
    }

    private float[] floats(String name) throws MergeException {
        StoredTensor stored = stored(name);
        float[] values = new float[arraySize(stored)];
        SliceReader reader = new SliceReader(Math.min(BUFFER_ELEMENTS, values.length));
        for (int done = 0; done < values.length; done += BUFFER_ELEMENTS) {
            float[] window = new float[Math.min(BUFFER_ELEMENTS, values.length - done)];
            long offset = stored.fileOffset() + (long) done * Float.BYTES;
            try {
                reader.readFloats(stored.shard().source(), DType.F32, offset, window);
            } catch (MergeException e) {
                throw e.inFile(file.path()).atTensor(name);
            }
            if (reader.firstNonFinite() >= 0) {
                throw MergeException.of(
                                ErrorCode.NON_FINITE,
                                "element " + (done + reader.firstNonFinite()) + " is not finite (got "
                                        + window[reader.firstNonFinite()] + ")")
                        .inFile(file.path())
                        .atTensor(name);
            }
            System.arraycopy(window, 0, values, done, window.length);
        }
        return values;
    }

    private long[] positions(String name, long elementCount) throws MergeException {
        StoredTensor stored = stored(name);
        long[] positions = new long[arraySize(stored)];
        ByteBuffer bytes = ByteBuffer.allocate(Math.min(BUFFER_ELEMENTS, positions.length) * Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        long last = -1;
        for (int done = 0; done < positions.length; done += BUFFER_ELEMENTS) {
            int count = Math.min(BUFFER_ELEMENTS, positions.length - done);
            bytes.clear().limit(count * Long.BYTES);
            try {
                stored.shard().source().read(bytes, stored.fileOffset() + (long) done * Long.BYTES);
            } catch (MergeException e) {
                throw e.inFile(file.path()).atTensor(name);
            }
            for (int k = 0; k < count; k++) {
                long position = bytes.getLong(k * Long.BYTES);
                if (position <= last || position >= elementCount) {
                    throw MergeException.of(
                                    ErrorCode.MALFORMED,
                                    "entry " + (done + k) + " is no ascending position (got " + position
                                            + ", expected above " + last + " and below " + elementCount + ")")
                            .inFile(file.path())
                            .atTensor(name);
                }
                positions[done + k] = position;
                last = position;
            }
        }
        return positions;
    }

    private int arraySize(StoredTensor stored) throws MergeException {
        long count = stored.info().elementCount();
        if (count > Integer.MAX_VALUE - 8) {
            throw MergeException.of(
                            ErrorCode.UNSUPPORTED_FORMAT,
                            "too large for an array (got " + count + " elements, expected at most "
                                    + (Integer.MAX_VALUE - 8) + ")")
                    .inFile(file.path())
                    .atTensor(stored.info().name());
        }
        return (int) count;
    }
}
