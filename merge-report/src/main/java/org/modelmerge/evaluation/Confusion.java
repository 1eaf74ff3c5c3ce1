package org.modelmerge.evaluation;

import java.util.List;

/// Which classes a model answered for which labels. The array is not copied; nobody may change it.
///
/// @param labels the classes' names
/// @param counts how many items, by expected and then by predicted class
public record Confusion(List<String> labels, int[][] counts) {
    /// A class that takes this share of what is not labelled so has swallowed the others.
    private static final double COLLAPSE = 0.8;

    /// Copies the names.
    public Confusion {
        labels = List.copyOf(labels);
    }

    /// Counts the answers.
    public static Confusion of(Answers answers) {
        int classCount = answers.labels().size();
        int[][] counts = new int[classCount][classCount];
        for (int i = 0; i < answers.total(); i++) {
            counts[answers.expected()[i]][answers.predicted()[i]]++;
        }
        return new Confusion(answers.labels(), counts);
    }

    /// How often a class is the label.
    public int expectedCount(int label) {
        int count = 0;
        for (int c : counts[label]) {
            count += c;
        }
        return count;
    }

    /// How often a class is the answer.
    public int predictedCount(int label) {
        int count = 0;
        for (int[] row : counts) {
            count += row[label];
        }
        return count;
    }

    /// All items.
    public int total() {
        int count = 0;
        for (int label = 0; label < counts.length; label++) {
            count += expectedCount(label);
        }
        return count;
    }

    /// The class that is answered most, the first of several.
    public int mostPredicted() {
        int most = 0;
        for (int label = 1; label < counts.length; label++) {
            most = predictedCount(label) > predictedCount(most) ? label : most;
        }
        return most;
    }

    /// Whether one class takes nearly all answers although it is not nearly all labels: its answers exceed its labels
    /// by 80% or more of the items that have another label.
    public boolean isCollapsed() {
        int most = mostPredicted();
        int expected = expectedCount(most);
        int others = total() - expected;
        return others > 0 && predictedCount(most) - expected >= COLLAPSE * others;
    }
}
