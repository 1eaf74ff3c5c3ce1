package org.modelmerge.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.modelmerge.data.ClassLabels;
import org.modelmerge.data.TextRow;
import org.modelmerge.data.TsvReader;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.Answers;
import org.modelmerge.task.Task;
import org.modelmerge.task.TaskData;

/// Answers to the texts of a file, read in windows.
final class TextAnswers {
    /// Enough that batches of one length are found, small enough that texts take a few MB.
    private static final int WINDOW = 4096;

    private TextAnswers() {}

    static Answers of(TextFeatures network, TaskData.Text data, Task task, Head head) throws MergeException {
        String labelColumn = Objects.requireNonNull(data.label(), "labelled data");
        ClassLabels labels =
                new ClassLabels(data.file(), head.classCount(), task.labels().isEmpty() ? null : task.labels());
        Predictions predictions = new Predictions(head);
        try (TsvReader reader = TsvReader.open(data.file(), data.text(), labelColumn, data.rows()::contains)) {
            List<String> window = new ArrayList<>();
            for (TextRow row = reader.next(); row != null; row = reader.next()) {
                labels.add(Objects.requireNonNull(row.label()), row.line());
                window.add(row.text());
                if (window.size() == WINDOW) {
                    predictions.add(network.of(window));
                    window.clear();
                }
            }
            predictions.add(network.of(window));
        }
        return new Answers(predictions.classes(), labels.indexes(), labels.names());
    }
}
