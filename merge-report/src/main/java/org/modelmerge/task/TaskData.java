package org.modelmerge.task;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where the items of one split of a task lie.
public sealed interface TaskData {
    /// The file with the inputs.
    Path file();

    /// Which items of the file count.
    Rows rows();

    /// Whether the items have labels.
    boolean isLabelled();

    /// The same items without their labels.
    TaskData unlabelled();

    /// The same data, other rows.
    TaskData withRows(Rows chosen);

    /// Sentences in a TSV file: UTF-8, one header line with the names of the columns, lines end with LF, columns are
    /// separated by TAB, nothing is quoted or trimmed. A name that ends in `.gz` says gzip.
    ///
    /// @param file the TSV file
    /// @param text the name of the column with the sentence
    /// @param label the name of the column with the label; null where labels may not be seen
    /// @param rows which data rows count
    record Text(Path file, String text, @Nullable String label, Rows rows) implements TaskData {
        @Override
        public boolean isLabelled() {
            return label != null;
        }

        @Override
        public TaskData unlabelled() {
            return new Text(file, text, null, rows);
        }

        @Override
        public TaskData withRows(Rows chosen) {
            return new Text(file, text, label, chosen);
        }
    }

    /// Images in IDX files of unsigned bytes, `N x rows x columns` or `N x rows x columns x 3`, and their labels, `N`.
    /// A name that ends in `.gz` says gzip.
    ///
    /// @param images the IDX file of the images
    /// @param labels the IDX file of the labels; null where labels may not be seen
    /// @param rows which items count
    record Images(Path images, @Nullable Path labels, Rows rows) implements TaskData {
        @Override
        public Path file() {
            return images;
        }

        @Override
        public boolean isLabelled() {
            return labels != null;
        }

        @Override
        public TaskData unlabelled() {
            return new Images(images, null, rows);
        }

        @Override
        public TaskData withRows(Rows chosen) {
            return new Images(images, labels, chosen);
        }
    }
}
