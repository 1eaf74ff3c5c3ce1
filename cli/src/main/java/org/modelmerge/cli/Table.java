package org.modelmerge.cli;

import java.util.ArrayList;
import java.util.List;

/// Columns padded to their widest cell.
final class Table {
    private final String indent;
    private final int leftAligned;
    private final boolean lastIsText;
    private final List<List<String>> rows = new ArrayList<>();

    /// @param leftAligned the number of columns from the left that hold text; the others hold numbers
    Table(String indent, List<String> head, int leftAligned) {
        this(indent, head, leftAligned, false);
    }

    /// @param lastIsText whether the last column holds text, too
    Table(String indent, List<String> head, int leftAligned, boolean lastIsText) {
        this.indent = indent;
        this.leftAligned = leftAligned;
        this.lastIsText = lastIsText;
        rows.add(head);
    }

    void add(String... cells) {
        rows.add(List.of(cells));
    }

    /// Prints head and rows; nothing if there are no rows.
    void print(Talk talk) {
        if (rows.size() == 1) {
            return;
        }
        int[] widths = new int[rows.getFirst().size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder line = new StringBuilder();
        for (List<String> row : rows) {
            line.setLength(0);
            line.append(indent);
            for (int i = 0; i < widths.length; i++) {
                String cell = row.get(i);
                String padding = " ".repeat(widths[i] - cell.length());
                line.append(i == 0 ? "" : "  ").append(isText(i, widths.length) ? cell + padding : padding + cell);
            }
            talk.data(line.toString().stripTrailing());
        }
    }

    private boolean isText(int column, int columnCount) {
        return column < leftAligned || (lastIsText && column == columnCount - 1);
    }
}
