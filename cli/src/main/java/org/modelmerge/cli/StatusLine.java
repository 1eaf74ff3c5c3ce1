package org.modelmerge.cli;

import java.io.PrintStream;

/// One line on stderr that is rewritten in place.
final class StatusLine {
    private final PrintStream err;
    private int width;

    StatusLine(PrintStream err) {
        this.err = err;
    }

    void write(String line) {
        err.append('\r').append(line);
        if (line.length() < width) {
            err.append(" ".repeat(width - line.length()));
        }
        width = line.length();
        err.flush();
    }

    /// Wipes the line; does nothing where there is none.
    void clear() {
        if (width > 0) {
            write("");
            err.append('\r');
            err.flush();
        }
    }
}
