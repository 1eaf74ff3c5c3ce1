package org.modelmerge.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

final class ClassLabelsTest {
    private static final Path FILE = Path.of("test.tsv");

    @Test
    void integersAreTheClassesThemselves() throws Exception {
        ClassLabels labels = labels(11, null, "10", "2", "2", "0");

        assertThat(labels.indexes()).containsExactly(10, 2, 2, 0);
        assertThat(labels.names()).startsWith("0", "1").endsWith("10");
    }

    @Test
    void otherLabelsAreClassesInTheOrderOfTheirCodePoints() throws Exception {
        // U+FF21 comes before U+1F600, whose UTF-16 units are smaller.
        ClassLabels labels = labels(4, null, "\uD83D\uDE00", "\uFF21", "b", "10", "b");

        assertThat(labels.indexes()).containsExactly(3, 2, 1, 0, 1);
        assertThat(labels.names()).containsExactly("10", "b", "\uFF21", "\uD83D\uDE00");
    }

    @Test
    void givenNamesAreLookedUp() throws Exception {
        ClassLabels labels = labels(2, List.of("spam", "ham"), "ham", "spam", "ham");

        assertThat(labels.indexes()).containsExactly(1, 0, 1);
        assertThat(labels.names()).containsExactly("spam", "ham");
    }

    @Test
    void refusesWhatIsNoClassOfTheHead() throws Exception {
        assertMismatch(
                () -> labels(3, null, "0", "3"), "test.tsv: line 3: label out of range (got 3, expected 0 to 2)");
        assertMismatch(() -> labels(3, null, "-1"), "test.tsv: line 2: label out of range (got -1, expected 0 to 2)");
        assertMismatch(
                () -> labels(3, null, "a", "b"),
                "test.tsv: wrong number of classes (got 2 distinct labels, expected 3)");
        assertMismatch(
                () -> labels(2, List.of("a", "b"), "c"),
                "test.tsv: line 2: unknown label (got c, expected one of 2 names)");
        assertMismatch(() -> labels(3, List.of("a", "b")), "wrong number of labels for the head (got 2, expected 3)");
    }

    private interface Reading {
        ClassLabels run() throws MergeException;
    }

    private static void assertMismatch(Reading reading, String message) {
        assertThatThrownBy(() -> reading.run().indexes())
                .isInstanceOfSatisfying(
                        MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MISMATCH))
                .hasMessage(message);
    }

    private static ClassLabels labels(int classCount, List<String> names, String... rows) throws MergeException {
        ClassLabels labels = new ClassLabels(FILE, classCount, names);
        long line = 2;
        for (String row : rows) {
            labels.add(row, line++);
        }
        return labels;
    }
}
