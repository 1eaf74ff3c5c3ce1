package org.modelmerge.network;

import org.modelmerge.data.ClassLabels;
import org.modelmerge.error.MergeException;
import org.modelmerge.evaluation.Answers;
import org.modelmerge.task.Task;
import org.modelmerge.task.TaskData;

/// Answers to the texts of a file.
final class TextAnswers {
    private TextAnswers() {}

    static Answers of(TextFeatures network, TokenizedTexts texts, TaskData.Text data, Task task, Head head)
            throws MergeException {
        ClassLabels labels =
                new ClassLabels(data.file(), head.classCount(), task.labels().isEmpty() ? null : task.labels());
        Predictions predictions = new Predictions(head);
        texts.forEach(data, window -> {
            for (TokenizedTexts.Label label : window.rows()) {
                labels.add(label.name(), label.line());
            }
            predictions.add(network.of(window.tokens()));
        });
        return new Answers(predictions.classes(), labels.indexes(), labels.names());
    }
}
