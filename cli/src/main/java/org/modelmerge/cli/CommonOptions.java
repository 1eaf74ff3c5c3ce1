package org.modelmerge.cli;

import java.util.List;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// What every command takes: how to talk, and help.
@Command(optionListHeading = "Talk")
final class CommonOptions {
    static final List<String> WHEN = List.of("auto", "always", "never");

    @Option(names = "--json", description = "print one JSON document instead of text; errors are JSON, too")
    boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "print errors only")
    boolean quiet;

    @Option(
            names = {"-v", "--verbose"},
            description = "one line per tensor: what happens to it")
    boolean verbose;

    @Option(names = "--progress", paramLabel = "WHEN", description = "auto (on a terminal), always or never")
    String progress = "auto";

    @Option(
            names = "--color",
            paramLabel = "WHEN",
            description = "auto (on a terminal without NO_COLOR), always or never")
    String color = "auto";

    @Option(names = "--debug", description = "stack traces of errors")
    boolean debug;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "this help")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "the version")
    boolean version;

    /// Checks what belongs together.
    Talk talk(Console console) throws MergeException {
        if (quiet && verbose) {
            throw MergeException.of(ErrorCode.USAGE, "-q and -v exclude each other");
        }
        String whenProgress = Words.choice("--progress", progress, WHEN);
        String whenColor = Words.choice("--color", color, WHEN);
        return new Talk(console, this, decide(console, whenProgress), colors(console, whenColor));
    }

    private boolean decide(Console console, String when) {
        return when.equals("always") || (when.equals("auto") && !quiet && isCapable(console));
    }

    private static boolean colors(Console console, String when) {
        return when.equals("always") || (when.equals("auto") && colorsByDefault(console));
    }

    /// Whether errors are coloured when the options are not known.
    static boolean colorsByDefault(Console console) {
        return allowsColor(console) && isCapable(console);
    }

    private static boolean allowsColor(Console console) {
        String no = console.environment().get("NO_COLOR");
        return no == null || no.isEmpty();
    }

    private static boolean isCapable(Console console) {
        String term = console.environment().get("TERM");
        return !"dumb".equals(term) && console.terminal().getAsBoolean();
    }
}
