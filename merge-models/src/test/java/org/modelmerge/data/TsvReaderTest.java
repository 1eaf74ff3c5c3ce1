package org.modelmerge.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

final class TsvReaderTest {
    @TempDir
    private Path folder;

    @Test
    void splitsAtLineFeedsAndKeepsTabsBlanksAndQuotesInTheLastColumn() throws Exception {
        Path file = DataFiles.text(folder.resolve("a.tsv"), "label\ttext\n1\t a \"b\"\tc\r\n0\tx\u2028y\u0085z\n2\t\n");

        assertThat(read(file, _ -> true))
                .containsExactly(
                        new TextRow(2, " a \"b\"\tc\r", "1"),
                        new TextRow(3, "x\u2028y\u0085z", "0"),
                        new TextRow(4, "", "2"));
    }

    @Test
    void columnsStandInAnyOrderAndTheLastLineNeedsNoEnd() throws Exception {
        Path file = DataFiles.text(folder.resolve("a.tsv"), "id\ttext\tlabel\n7\thello\tyes");

        assertThat(read(file, _ -> true)).containsExactly(new TextRow(2, "hello", "yes"));
    }

    @Test
    void unpacksGzipWhateverTheNameSays() throws Exception {
        Path file = DataFiles.gzip(folder.resolve("a.tsv"), "text\tlabel\nä\t1\n".getBytes(StandardCharsets.UTF_8));

        assertThat(read(file, _ -> true)).containsExactly(new TextRow(2, "ä", "1"));
    }

    @Test
    void returnsTheChosenRowsAndCountsThemFromTheFirstDataRow() throws Exception {
        StringBuilder text = new StringBuilder("text\tlabel\n");
        for (int i = 0; i < 30; i++) {
            text.append("row ").append(i).append("\t0\n");
        }
        Path file = DataFiles.text(folder.resolve("a.tsv"), text.toString());

        assertThat(read(file, row -> row % 10 == 9))
                .containsExactly(
                        new TextRow(11, "row 9", "0"), new TextRow(21, "row 19", "0"), new TextRow(31, "row 29", "0"));
    }

    @Test
    void readsLinesLongerThanItsBuffer() throws Exception {
        String text = "x".repeat(200_000);
        Path file = DataFiles.text(folder.resolve("a.tsv"), "text\tlabel\n" + text + "\t1\n");

        assertThat(read(file, _ -> true)).containsExactly(new TextRow(2, text, "1"));
    }

    @Test
    void refusesALineWithoutEnd() throws Exception {
        byte[] bytes = new byte[TsvReader.LINE_LIMIT + 100];
        Arrays.fill(bytes, (byte) 'x');
        Path file = DataFiles.gzip(folder.resolve("bomb.tsv.gz"), bytes);

        assertThatThrownBy(() -> read(file, _ -> true))
                .isInstanceOfSatisfying(
                        MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED))
                .hasMessage(file + ": line 1 is too long (got more than 1048576 bytes)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "''|the file is empty, expected a line with the names of columns",
                "'text\tclass\na\t1\n'|no column label (got text\tclass)",
                "'text\tlabel\na\t1\nb\n'|line 3: too few columns (got 1, expected 2)",
                "'text\tlabel\n\n'|line 2: too few columns (got 1, expected 2)"
            })
    void namesFileAndLineOfWhatIsBroken(String text, String problem) throws Exception {
        Path file = DataFiles.text(folder.resolve("a.tsv"), text);

        assertThatThrownBy(() -> read(file, _ -> true))
                .isInstanceOfSatisfying(
                        MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED))
                .hasMessage(file + ": " + problem.replace("text\tclass", "text, class"));
    }

    @Test
    void refusesBytesThatAreNoUtf8() throws Exception {
        Path file = Files.write(folder.resolve("a.tsv"), new byte[] {'t', 'e', 'x', 't', '\n', 'a', '\n', (byte) 0xff});

        assertThatThrownBy(() -> {
                    try (TsvReader reader = TsvReader.open(file, "text", null, _ -> true)) {
                        assertThat(reader.next()).isEqualTo(new TextRow(2, "a", null));
                        reader.next();
                    }
                })
                .hasMessage(file + ": line 3 is no UTF-8");
    }

    @Test
    void refusesGzipThatEndsEarlyOrIsBroken() throws Exception {
        Path whole = DataFiles.gzip(folder.resolve("a.gz"), "text\tlabel\na\t1\n".getBytes(StandardCharsets.UTF_8));
        byte[] bytes = Files.readAllBytes(whole);
        Path early = Files.write(folder.resolve("early.gz"), Arrays.copyOf(bytes, bytes.length - 9));
        bytes[bytes.length - 6] ^= 1;
        Path broken = Files.write(folder.resolve("broken.gz"), bytes);

        assertThatThrownBy(() -> read(early, _ -> true)).hasMessage(early + ": its gzip data ends early");
        assertThatThrownBy(() -> read(broken, _ -> true)).hasMessageContaining("its gzip data is broken: ");
    }

    @Test
    void saysThatAFileIsMissing() {
        assertThatThrownBy(() -> read(folder.resolve("none.tsv"), _ -> true))
                .isInstanceOfSatisfying(
                        MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
    }

    private static List<TextRow> read(Path file, LongPredicate rows) throws MergeException {
        List<TextRow> read = new ArrayList<>();
        try (TsvReader reader = TsvReader.open(file, "text", "label", rows)) {
            for (TextRow row = reader.next(); row != null; row = reader.next()) {
                read.add(row);
            }
        }
        return read;
    }
}
