package org.modelmerge.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.modelmerge.checkpoint.Hashes;
import org.modelmerge.checkpoint.RangeSource;
import org.modelmerge.checkpoint.ShardSink;
import org.modelmerge.error.MergeException;

/// Copies a matrix with rows and columns exchanged, tile by tile, so that memory does not follow its size.
final class Transposition {
    /// A square tile of F32 has rows of 8 KiB: long enough for the disk, and two of them take 32 MiB.
    static final int TILE_BYTES = 1 << 24;

    /// Side of the squares inside a tile, so that a square's rows and columns lie in the first cache together.
    private static final int SQUARE = 32;

    private final int elementBytes;
    private final int tileElements;
    private final ByteBuffer input;
    private final ByteBuffer output;

    /// @param elementBytes 1, 2, 4 or 8
    /// @param tileBytes at least one element
    Transposition(int elementBytes, int tileBytes) {
        this.elementBytes = elementBytes;
        tileElements = tileBytes / elementBytes;
        // Byte order is only a matter of moving elements whole.
        input = ByteBuffer.allocate(tileElements * elementBytes).order(ByteOrder.nativeOrder());
        output = ByteBuffer.allocate(tileElements * elementBytes).order(ByteOrder.nativeOrder());
    }

    /// Reads `[rows, columns]` at `begin` and writes `[columns, rows]` at `offset`.
    ///
    /// @param reading hears of every tile, and may stop the copy
    void copy(TensorBytes.Range from, long rows, long columns, ShardSink sink, long offset, Hashes.Reading reading)
            throws MergeException {
        if (rows == 0 || columns == 0) {
            return;
        }
        long side = (long) Math.sqrt(tileElements);
        // A matrix that is narrower than a square tile leaves room for the other side.
        long height = Math.min(rows, Math.max(side, tileElements / Math.min(columns, side)));
        long width = Math.min(columns, tileElements / height);
        for (long row = 0; row < rows; row += height) {
            int tileRows = (int) Math.min(height, rows - row);
            for (long column = 0; column < columns; column += width) {
                int tileColumns = (int) Math.min(width, columns - column);
                read(from.source(), from.begin(), columns, row, column, tileRows, tileColumns);
                exchange(tileRows, tileColumns);
                write(sink, offset, rows, row, column, tileRows, tileColumns);
                reading.read(tileRows * tileColumns * elementBytes);
            }
        }
    }

    private void read(
            RangeSource source, long begin, long columns, long row, long column, int tileRows, int tileColumns)
            throws MergeException {
        if (tileColumns == columns) {
            source.read(
                    input.clear().limit(tileRows * tileColumns * elementBytes), begin + row * columns * elementBytes);
            return;
        }
        int rowBytes = tileColumns * elementBytes;
        for (int i = 0; i < tileRows; i++) {
            source.read(
                    input.clear().position(i * rowBytes).limit((i + 1) * rowBytes),
                    begin + ((row + i) * columns + column) * elementBytes);
        }
    }

    private void write(ShardSink sink, long offset, long rows, long row, long column, int tileRows, int tileColumns)
            throws MergeException {
        if (tileRows == rows) {
            sink.write(
                    output.clear().limit(tileRows * tileColumns * elementBytes), offset + column * rows * elementBytes);
            return;
        }
        int columnBytes = tileRows * elementBytes;
        for (int j = 0; j < tileColumns; j++) {
            sink.write(
                    output.clear().position(j * columnBytes).limit((j + 1) * columnBytes),
                    offset + ((column + j) * rows + row) * elementBytes);
        }
    }

    private void exchange(int rows, int columns) {
        input.clear();
        output.clear();
        for (int row = 0; row < rows; row += SQUARE) {
            for (int column = 0; column < columns; column += SQUARE) {
                exchange(row, Math.min(row + SQUARE, rows), rows, column, Math.min(column + SQUARE, columns), columns);
            }
        }
    }

    private void exchange(int rowBegin, int rowEnd, int rows, int columnBegin, int columnEnd, int columns) {
        for (int i = rowBegin; i < rowEnd; i++) {
            for (int j = columnBegin; j < columnEnd; j++) {
                int from = (i * columns + j) * elementBytes;
                int to = (j * rows + i) * elementBytes;
                switch (elementBytes) {
                    case Long.BYTES -> output.putLong(to, input.getLong(from));
                    case Integer.BYTES -> output.putInt(to, input.getInt(from));
                    case Short.BYTES -> output.putShort(to, input.getShort(from));
                    default -> output.put(to, input.get(from));
                }
            }
        }
    }
}
