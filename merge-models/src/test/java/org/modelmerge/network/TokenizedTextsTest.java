package org.modelmerge.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.task.Rows;
import org.modelmerge.task.TaskData;

final class TokenizedTextsTest {
    private static final int ROWS = 5000;

    @TempDir
    private Path folder;

    private Path file;
    private TaskData.Text data;

    @BeforeEach
    void writeTexts() throws IOException {
        StringBuilder rows = new StringBuilder("text\tlabel\n");
        for (int i = 0; i < ROWS; i++) {
            rows.append("card ".repeat(1 + i % 3)).append('\t').append(i).append('\n');
        }
        file = Files.writeString(folder.resolve("data.tsv"), rows);
        data = new TaskData.Text(file, "text", "label", Rows.ALL);
    }

    private static TextTokenizer tokenizer() throws MergeException {
        return TextTokenizer.open(Fixture.resource("tiny-bert").resolve("tokenizer.json"), 65, 16);
    }

    /// What a reader sees: a label, its line and the number of tokens for each text.
    private static List<String> read(TokenizedTexts texts, TaskData.Text data) throws MergeException {
        List<String> seen = new ArrayList<>();
        texts.forEach(data, window -> {
            for (int i = 0; i < window.rows().size(); i++) {
                TokenizedTexts.Label label = window.rows().get(i);
                seen.add(label.name() + " " + label.line() + " " + window.tokens()[i].length);
            }
        });
        return seen;
    }

    @Test
    void readsAFileOnceIfItsTokensAreFew() throws Exception {
        try (TextTokenizer tokenizer = tokenizer()) {
            TokenizedTexts texts = new TokenizedTexts(tokenizer);
            List<String> first = read(texts, data);
            assertThat(first)
                    .hasSize(ROWS)
                    .startsWith("0 2 3", "1 3 4", "2 4 5")
                    .endsWith("4999 5001 4");
            Files.delete(file);
            assertThat(read(texts, data)).isEqualTo(first);
        }
    }

    @Test
    void readsOtherRowsOfTheSameFileOnTheirOwn() throws Exception {
        try (TextTokenizer tokenizer = tokenizer()) {
            TokenizedTexts texts = new TokenizedTexts(tokenizer);
            List<String> _ = read(texts, data);
            assertThat(read(texts, (TaskData.Text) data.withRows(new Rows(9, Rows.OPEN, 10, null))))
                    .hasSize(ROWS / 10)
                    .startsWith("9 11 3");
        }
    }

    @Test
    void readsAFileAgainIfItsTokensAreMany() throws Exception {
        try (TextTokenizer tokenizer = tokenizer()) {
            TokenizedTexts texts = new TokenizedTexts(tokenizer, 4L * ROWS - 100);
            List<String> first = read(texts, data);
            assertThat(read(texts, data)).isEqualTo(first);
            Files.delete(file);
            assertThatThrownBy(() -> read(texts, data))
                    .isInstanceOfSatisfying(
                            MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
        }
    }

    @Test
    void keepsNothingOfAFileThatWasNotReadToItsEnd() throws Exception {
        try (TextTokenizer tokenizer = tokenizer()) {
            TokenizedTexts texts = new TokenizedTexts(tokenizer);
            assertThatThrownBy(() -> texts.forEach(data, _ -> {
                        throw MergeException.of(ErrorCode.NON_FINITE, "NaN");
                    }))
                    .isInstanceOf(MergeException.class);
            assertThat(read(texts, data)).hasSize(ROWS);
        }
    }
}
