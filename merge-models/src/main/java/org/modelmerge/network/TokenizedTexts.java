package org.modelmerge.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.modelmerge.data.TextRow;
import org.modelmerge.data.TsvReader;
import org.modelmerge.error.MergeException;
import org.modelmerge.task.TaskData;

/// The labelled texts of data files as token numbers. Files are read in windows; what they hold is kept for the next
/// model that is asked as long as all of it is small.
final class TokenizedTexts {
    /// Enough that batches of one length are found, small enough that texts take a few MB.
    private static final int WINDOW = 4096;

    /// Tokens that are kept: 64 MiB, about a quarter of a million sentences.
    private static final long MOST_TOKENS = 8L << 20;

    private final TextTokenizer tokenizer;
    private final Map<TaskData.Text, List<Window>> kept = new HashMap<>();
    private long room;

    /// @param tokenizer stays the caller's to close
    TokenizedTexts(TextTokenizer tokenizer) {
        this(tokenizer, MOST_TOKENS);
    }

    TokenizedTexts(TextTokenizer tokenizer, long mostTokens) {
        this.tokenizer = tokenizer;
        this.room = mostTokens;
    }

    TextTokenizer tokenizer() {
        return tokenizer;
    }

    /// Rows that follow one another.
    ///
    /// @param rows without their texts
    /// @param tokens `[rows][tokens]`
    record Window(List<Label> rows, long[][] tokens) {
        long tokenCount() {
            long count = 0;
            for (long[] text : tokens) {
                count += text.length;
            }
            return count;
        }
    }

    /// @param line for messages
    record Label(String name, long line) {}

    /// Takes one window after the other.
    @FunctionalInterface
    interface Visitor {
        void visit(Window window) throws MergeException;
    }

    /// Goes through the texts of a file, the last window being empty if nothing is left for it.
    ///
    /// @throws MergeException as [TsvReader] and the visitor do
    void forEach(TaskData.Text data, Visitor visitor) throws MergeException {
        List<Window> known = kept.get(data);
        if (known == null) {
            read(data, visitor);
        } else {
            for (Window window : known) {
                visitor.visit(window);
            }
        }
    }

    private void read(TaskData.Text data, Visitor visitor) throws MergeException {
        String labelColumn = Objects.requireNonNull(data.label(), "labelled data");
        List<Window> windows = new ArrayList<>();
        long tokens = 0;
        try (TsvReader reader = TsvReader.open(data.file(), data.text(), labelColumn, data.rows()::contains)) {
            boolean isLast = false;
            while (!isLast) {
                Window window = next(reader);
                isLast = window.rows().size() < WINDOW;
                visitor.visit(window);
                tokens += window.tokenCount();
                if (tokens <= room) {
                    windows.add(window);
                } else {
                    windows.clear();
                }
            }
        }
        if (tokens <= room) {
            room -= tokens;
            kept.put(data, windows);
        }
    }

    private Window next(TsvReader reader) throws MergeException {
        List<Label> labels = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        while (texts.size() < WINDOW) {
            TextRow row = reader.next();
            if (row == null) {
                break;
            }
            labels.add(new Label(Objects.requireNonNull(row.label()), row.line()));
            texts.add(row.text());
        }
        return new Window(labels, tokenizer.encode(texts));
    }
}
