package org.modelmerge.data;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// Reads texts and labels from a TSV file, plain or gzipped, row by row.
///
/// UTF-8; lines end at LF and nowhere else; the first one names the columns. Nothing is quoted and nothing is
/// trimmed. The last column keeps the tabs that stand in it.
public final class TsvReader implements AutoCloseable {
    /// Longer lines are no texts that a network reads; the limit bounds what a broken file costs.
    static final int LINE_LIMIT = 1 << 20;

    private final DataStream stream;
    private final LongPredicate rows;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private final byte[] buffer = new byte[1 << 16];
    private int position;
    private int end;
    private byte[] line = new byte[1 << 12];
    private int columnCount;
    private int textColumn;
    private int labelColumn = -1;
    private long lineNumber;

    private TsvReader(DataStream stream, LongPredicate rows) {
        this.stream = stream;
        this.rows = rows;
    }

    /// Opens a file and reads its header.
    ///
    /// @param text the column with the texts
    /// @param label the column with the labels, or null
    /// @param rows which data rows to return, counted from 0
    /// @throws MergeException `MALFORMED` for an empty file, or one without these columns; or as the system
    ///     refuses
    public static TsvReader open(Path file, String text, @Nullable String label, LongPredicate rows)
            throws MergeException {
        TsvReader reader = new TsvReader(DataStream.open(file), rows);
        boolean opened = false;
        try {
            reader.readHeader(text, label);
            opened = true;
            return reader;
        } finally {
            if (!opened) {
                reader.close();
            }
        }
    }

    private void readHeader(String text, @Nullable String label) throws MergeException {
        String header = nextLine();
        if (header == null) {
            throw malformed("the file is empty, expected a line with the names of columns");
        }
        List<String> columns = Arrays.asList(header.split("\t", -1));
        columnCount = columns.size();
        textColumn = column(columns, text);
        if (label != null) {
            labelColumn = column(columns, label);
        }
    }

    private int column(List<String> columns, String name) throws MergeException {
        int index = columns.indexOf(name);
        if (index < 0) {
            throw malformed(
                    "no column " + Printable.text(name) + " (got " + Printable.text(String.join(", ", columns)) + ")");
        }
        return index;
    }

    /// The next of the chosen rows, or null at the end.
    ///
    /// @throws MergeException `MALFORMED`, naming file and line
    public @Nullable TextRow next() throws MergeException {
        for (String row = nextLine(); row != null; row = nextLine()) {
            if (rows.test(lineNumber - 2)) {
                return row(row);
            }
        }
        return null;
    }

    private TextRow row(String row) throws MergeException {
        String[] cells = row.split("\t", columnCount);
        if (cells.length != columnCount) {
            throw malformed("line " + lineNumber + ": too few columns (got " + cells.length + ", expected "
                    + columnCount + ")");
        }
        return new TextRow(lineNumber, cells[textColumn], labelColumn < 0 ? null : cells[labelColumn]);
    }

    /// The next line without its end, or null at the end of the file.
    private @Nullable String nextLine() throws MergeException {
        int length = 0;
        boolean any = false;
        while (true) {
            if (position == end) {
                position = 0;
                end = Math.max(0, stream.read(buffer, 0, buffer.length));
                if (end == 0) {
                    return any ? decoded(length) : null;
                }
            }
            any = true;
            int from = position;
            while (position < end && buffer[position] != '\n') {
                position++;
            }
            length = append(from, position - from, length);
            if (position < end) {
                position++;
                return decoded(length);
            }
        }
    }

    private int append(int from, int count, int length) throws MergeException {
        if (count > LINE_LIMIT - length) {
            throw malformed("line " + (lineNumber + 1) + " is too long (got more than " + LINE_LIMIT + " bytes)");
        }
        if (length + count > line.length) {
            line = Arrays.copyOf(line, Math.max(length + count, 2 * line.length));
        }
        System.arraycopy(buffer, from, line, length, count);
        return length + count;
    }

    private String decoded(int length) throws MergeException {
        lineNumber++;
        try {
            return decoder.decode(ByteBuffer.wrap(line, 0, length)).toString();
        } catch (CharacterCodingException e) {
            throw malformed("line " + lineNumber + " is no UTF-8");
        }
    }

    private MergeException malformed(String problem) {
        return MergeException.of(ErrorCode.MALFORMED, problem)
                .inFile(stream.file().toString());
    }

    @Override
    public void close() {
        stream.close();
    }
}
