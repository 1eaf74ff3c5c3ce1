package org.modelmerge.evaluation;

import java.util.Arrays;
import java.util.List;

/// What one model answered on the items of one task, in the order of the data. Arrays are not copied; nobody may change
/// them.
///
/// @param predicted item by item, the class with the largest logit, the first of equals; 0 to classes - 1
/// @param expected item by item, the label as a class
/// @param labels the names of the classes, in the order of their numbers
public record Answers(int[] predicted, int[] expected, List<String> labels) {
    /// Refuses arrays of different length and classes without a label.
    public Answers {
        labels = List.copyOf(labels);
        if (predicted.length != expected.length) {
            throw new IllegalArgumentException(
                    "answers to " + predicted.length + " items, labels of " + expected.length);
        }
        int classCount = labels.size();
        if (!inRange(predicted, classCount) || !inRange(expected, classCount)) {
            throw new IllegalArgumentException("a class outside 0 to " + (classCount - 1));
        }
    }

    private static boolean inRange(int[] classes, int classCount) {
        return Arrays.stream(classes).allMatch(c -> c >= 0 && c < classCount);
    }

    /// The name of an item's label.
    public String label(int item) {
        return labels.get(expected[item]);
    }

    /// The number of items.
    public int total() {
        return predicted.length;
    }

    /// The number of right answers.
    public int correct() {
        int correct = 0;
        for (int i = 0; i < predicted.length; i++) {
            correct += isCorrect(i) ? 1 : 0;
        }
        return correct;
    }

    /// Whether the answer to an item is right.
    public boolean isCorrect(int item) {
        return predicted[item] == expected[item];
    }

    /// The share of right answers; of no items there is none.
    public double accuracy() {
        return (double) correct() / total();
    }
}
