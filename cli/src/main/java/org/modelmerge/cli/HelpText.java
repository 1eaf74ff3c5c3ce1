package org.modelmerge.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// The help of a command: one sentence, usage, examples, operands, options by group, exit codes.
final class HelpText {
    static final int WIDTH = 100;

    private static final int INDENT = 32;

    private static final Map<Integer, Line> EXIT_CODES = exitCodes();

    private final StringBuilder text = new StringBuilder();

    private HelpText() {}

    /// A term and what it means.
    record Line(String term, String meaning) {}

    /// @param name as typed after `merge`, empty for the main command
    static String of(String name, Command command) {
        CommandSpec spec = Parser.spec(command);
        HelpText help = new HelpText();
        help.words(String.join(" ", spec.usageMessage().description()), 0, 0);
        help.text.append("\nUsage: ").append(String.join("", spec.usageMessage().customSynopsis()));
        help.text.append("\n\nExamples:\n");
        command.examples()
                .forEach(example -> help.text.append("  ").append(example).append('\n'));
        help.section("Operands", command.operands());
        if (name.isEmpty()) {
            help.section("Other commands (merge help COMMAND)", commands());
        }
        help.section(MethodOptions.HEADING, options(MethodOptions.options(spec)));
        spec.mixins().forEach((key, group) -> {
            if (!key.equals(MethodOptions.KEY)) {
                help.section(group.usageMessage().optionListHeading(), options(group.options()));
            }
        });
        help.section(
                "Exit codes", command.exitCodes().stream().map(EXIT_CODES::get).toList());
        return help.text.toString();
    }

    private static Map<Integer, Line> exitCodes() {
        return Map.of(
                0, new Line("0", "done; what was to be written is complete and on disk"),
                1, new Line("1", "internal error"),
                2, new Line("2", "usage: bad or conflicting arguments"),
                3, new Line("3", "an input is malformed or of an unsupported format"),
                4, new Line("4", "the inputs are well-formed but cannot be merged"),
                5, new Line("5", "the system refused: missing file, permission, no space, I/O error"),
                6, new Line("6", "the answer is no: something differs or does not hold"),
                130, new Line("130, 143", "interrupted; nothing is left behind"));
    }

    private static List<Line> commands() {
        List<Line> lines = new ArrayList<>();
        for (Commands command : Commands.values()) {
            lines.add(new Line(command.word(), command.summary()));
        }
        return lines;
    }

    private static List<Line> options(List<OptionSpec> options) {
        List<Line> lines = new ArrayList<>();
        for (OptionSpec option : options) {
            if (!option.hidden()) {
                String names = (option.names().length == 1 ? "    " : "") + String.join(", ", option.names());
                String term = option.arity().max() == 0 ? names : names + " " + option.paramLabel();
                lines.add(new Line(term, String.join(" ", option.description())));
            }
        }
        return lines;
    }

    private void section(String heading, List<Line> lines) {
        if (lines.isEmpty()) {
            return;
        }
        text.append('\n').append(heading).append(":\n");
        for (Line line : lines) {
            line(line);
        }
    }

    private void line(Line line) {
        text.append("  ").append(line.term());
        int column = 2 + line.term().length();
        if (column >= INDENT - 1) {
            text.append('\n');
            column = 0;
        }
        text.repeat(' ', INDENT - column);
        words(line.meaning(), INDENT, INDENT);
    }

    /// Words in lines of the width.
    ///
    /// @param column where the first line goes on
    /// @param indent where the other lines begin
    private void words(String words, int column, int indent) {
        int at = column;
        boolean first = true;
        for (String word : words.split(" ", -1)) {
            if (!first && at + 1 + word.length() > WIDTH) {
                text.append('\n').repeat(' ', indent);
                at = indent;
            } else if (!first) {
                text.append(' ');
                at++;
            }
            text.append(word);
            at += word.length();
            first = false;
        }
        text.append('\n');
    }
}
