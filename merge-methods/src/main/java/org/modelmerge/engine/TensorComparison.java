package org.modelmerge.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.engine.CheckpointDiff.Values;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// Compares tensors of equal shape, window by window.
final class TensorComparison {
    /// A multiple of 8, so that a window holds whole elements even of 4 and 6 bits.
    private static final int WINDOW_ELEMENTS = 1 << 16;

    private final MergeObserver observer;
    private final ByteBuffer bytesA = window();
    private final ByteBuffer bytesB = window();
    private final double[] valuesA = new double[WINDOW_ELEMENTS];
    private final double[] valuesB = new double[WINDOW_ELEMENTS];

    private long changed;
    private long nonFinite;
    private double maxAbs;
    private double differenceSquares;
    private double squares;

    TensorComparison(MergeObserver observer) {
        this.observer = observer;
    }

    private static ByteBuffer window() {
        return ByteBuffer.allocateDirect(WINDOW_ELEMENTS * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// @param a float of any dtype, or of the same dtype as `b`
    Values compare(StoredTensor a, StoredTensor b) throws MergeException {
        changed = 0;
        nonFinite = 0;
        maxAbs = 0;
        differenceSquares = 0;
        squares = 0;
        DType dtype = a.info().dtype();
        boolean sameDType = dtype == b.info().dtype();
        boolean hasArithmetic = ElementDecoder.canDecode(dtype);
        long elementCount = a.info().elementCount();
        for (long from = 0; from < elementCount; from += WINDOW_ELEMENTS) {
            if (observer.isCancelled()) {
                throw MergeException.of(ErrorCode.CANCELLED, "cancelled");
            }
            int count = (int) Math.min(WINDOW_ELEMENTS, elementCount - from);
            read(a, from, count, bytesA);
            read(b, from, count, bytesB);
            observer.bytesRead((long) bytesA.limit() + bytesB.limit());
            boolean equal = sameDType && bytesA.equals(bytesB);
            if (hasArithmetic) {
                addValues(a, b, count, equal);
            } else if (!equal) {
                changed += changedCodes(count, dtype.bits());
            }
        }
        if (!hasArithmetic && changed > 0) {
            maxAbs = Double.NaN;
            differenceSquares = Double.NaN;
        }
        return new Values(elementCount, changed, nonFinite, maxAbs, differenceSquares, squares);
    }

    private static void read(StoredTensor tensor, long from, int count, ByteBuffer target) throws MergeException {
        long bits = tensor.info().dtype().bits();
        target.clear().limit((int) (count * bits / Byte.SIZE));
        try {
            tensor.shard().source().read(target, tensor.fileOffset() + from * bits / Byte.SIZE);
        } catch (MergeException e) {
            throw e.inFile(tensor.shard().name());
        }
        target.flip();
    }

    private void addValues(StoredTensor a, StoredTensor b, int count, boolean equal) {
        ElementDecoder.decode(a.info().dtype(), bytesA, count, valuesA);
        for (int j = 0; j < count; j++) {
            double value = valuesA[j];
            squares += Double.isFinite(value) ? value * value : 0;
        }
        if (equal) {
            return;
        }
        ElementDecoder.decode(b.info().dtype(), bytesB, count, valuesB);
        boolean sameDType = a.info().dtype() == b.info().dtype();
        int bytes = a.info().dtype().bytes();
        for (int j = 0; j < count; j++) {
            boolean unchanged = sameDType
                    ? sameBytes(j * bytes, bytes)
                    : valuesA[j] == valuesB[j] || (Double.isNaN(valuesA[j]) && Double.isNaN(valuesB[j]));
            if (!unchanged) {
                addDifference(difference(a.info().dtype(), j));
            }
        }
    }

    private void addDifference(double difference) {
        changed++;
        if (Double.isFinite(difference)) {
            maxAbs = Math.max(maxAbs, Math.abs(difference));
            differenceSquares += difference * difference;
        } else {
            nonFinite++;
        }
    }

    /// 64-bit integers are subtracted before they are rounded: 2^53 + 1 and 2^53 differ by 1.
    private double difference(DType dtype, int j) {
        if (dtype == DType.I64 || dtype == DType.U64) {
            long a = bytesA.getLong(j * Long.BYTES);
            long b = bytesB.getLong(j * Long.BYTES);
            boolean bIsLarger = dtype == DType.I64 ? b > a : Long.compareUnsigned(b, a) > 0;
            // The distance of two 64-bit integers always fits an unsigned long.
            return ElementDecoder.unsigned(bIsLarger ? b - a : a - b);
        }
        return valuesB[j] - valuesA[j];
    }

    private boolean sameBytes(int offset, int length) {
        for (int k = offset; k < offset + length; k++) {
            if (bytesA.get(k) != bytesB.get(k)) {
                return false;
            }
        }
        return true;
    }

    /// Elements whose bits differ; element j occupies bits [j * bits, (j + 1) * bits), low bits of a byte first.
    private long changedCodes(int count, int bits) {
        long codes = 0;
        for (int j = 0; j < count; j++) {
            codes += sameBits((long) j * bits, bits) ? 0 : 1;
        }
        return codes;
    }

    private boolean sameBits(long from, int bits) {
        for (long bit = from; bit < from + bits; ) {
            int index = (int) (bit / Byte.SIZE);
            int shift = (int) (bit % Byte.SIZE);
            int length = (int) Math.min(Byte.SIZE - shift, from + bits - bit);
            int mask = (1 << length) - 1;
            if (((bytesA.get(index) >> shift) & mask) != ((bytesB.get(index) >> shift) & mask)) {
                return false;
            }
            bit += length;
        }
        return true;
    }
}
