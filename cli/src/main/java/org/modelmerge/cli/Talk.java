package org.modelmerge.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.modelmerge.engine.MergeObserver;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.JsonWriter;
import org.modelmerge.learning.LearningObserver;

/// How a command speaks: data to stdout, everything else to stderr, as loud as its options say.
final class Talk {
    private static final String RED = "\u001b[1;31m";
    private static final String YELLOW = "\u001b[1;33m";
    private static final String PLAIN = "\u001b[0m";

    private final Console console;
    private final boolean json;
    private final boolean quiet;
    private final boolean verbose;
    private final @Nullable StatusLine status;
    private final boolean colors;

    Talk(Console console, CommonOptions options, boolean bar, boolean colors) {
        this.console = console;
        this.json = options.json;
        this.quiet = options.quiet;
        this.verbose = options.verbose;
        this.status = bar ? new StatusLine(console.err()) : null;
        this.colors = colors;
    }

    Console console() {
        return console;
    }

    /// Whether one JSON document is wanted instead of text.
    boolean json() {
        return json;
    }

    /// Whether every tensor gets a line.
    boolean verbose() {
        return verbose;
    }

    /// Lines of talk, if every tensor is to get one.
    void verbose(Supplier<List<String>> lines) {
        if (verbose) {
            lines.get().forEach(this::say);
        }
    }

    /// Lines of data, if every tensor is to get one.
    void verboseData(Supplier<List<String>> lines) {
        if (verbose) {
            lines.get().forEach(this::data);
        }
    }

    /// A line of data.
    void data(String line) {
        console.out().append(line).append('\n');
    }

    /// The document of a command; `schema` comes first.
    void document(Map<String, ?> members) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("schema", 1);
        document.putAll(members);
        data(JsonWriter.write(document));
    }

    /// A line of talk, unless quiet.
    void say(String line) {
        if (!quiet) {
            console.err().append(line).append('\n');
        }
    }

    /// Warnings, unless quiet.
    void warn(List<String> warnings) {
        for (String warning : warnings) {
            say(paint("merge: warning:", YELLOW, colors) + " " + warning);
        }
    }

    /// Who watches the work: a bar, or nobody.
    MergeObserver observer() {
        return status == null ? MergeObserver.NONE : new ProgressBar(status);
    }

    /// The line on stderr that shows progress, null where none is wanted.
    @Nullable
    StatusLine statusLine() {
        return status;
    }

    /// Who watches learning: a bar, or nobody.
    LearningObserver learningObserver() {
        return status == null ? LearningObserver.NONE : new LearningBar(status);
    }

    /// Ends the observer's line.
    static void end(LearningObserver observer) {
        if (observer instanceof LearningBar progress) {
            progress.clear();
        }
    }

    /// Ends the observer's line.
    static void end(MergeObserver observer) {
        if (observer instanceof ProgressBar progress) {
            progress.clear();
        }
    }

    /// The one line of an error and its hint, or the error document.
    static void error(Console console, MergeException fault, boolean json, boolean colors) {
        if (json) {
            console.err().append(JsonWriter.write(failure(fault))).append('\n');
            return;
        }
        console.err()
                .append(paint("merge:", RED, colors))
                .append(" ")
                .append(fault.getMessage())
                .append('\n');
        if (fault.hint() != null) {
            console.err().append("hint: ").append(fault.hint()).append('\n');
        }
    }

    private static Map<String, @Nullable Object> failure(MergeException fault) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("code", fault.code().word());
        members.put("exit", fault.code().exitCode());
        members.put("message", fault.getMessage());
        members.put("file", fault.file());
        members.put("tensor", fault.tensor());
        members.put("hint", fault.hint());
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("schema", 1);
        document.put("error", members);
        return document;
    }

    private static String paint(String words, String color, boolean colors) {
        return colors ? color + words + PLAIN : words;
    }
}
