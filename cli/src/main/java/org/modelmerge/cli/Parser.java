package org.modelmerge.cli;

import org.modelmerge.error.MergeException;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// Fills a command from words, with picocli's model and our messages.
final class Parser {
    private Parser() {}

    /// The options of a command, the methods' options included where it merges.
    static CommandSpec spec(Command command) {
        CommandSpec spec = CommandSpec.forAnnotatedObject(command);
        if (command instanceof MergingCommand merging) {
            merging.method().addTo(spec);
        }
        return spec;
    }

    /// Fills the command.
    ///
    /// @throws MergeException `USAGE`
    static void parse(Command command, String[] words) throws MergeException {
        CommandLine parser = new CommandLine(spec(command))
                .setExpandAtFiles(false)
                .setTrimQuotes(false)
                .setInterpolateVariables(false);
        try {
            var result = parser.parseArgs(words);
            if (command instanceof MergingCommand merging) {
                merging.method().take(result);
            }
        } catch (ParameterException e) {
            throw UsageFaults.of(e);
        }
    }
}
