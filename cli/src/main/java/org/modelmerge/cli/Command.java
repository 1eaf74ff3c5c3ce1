package org.modelmerge.cli;

import java.util.List;
import org.modelmerge.error.MergeException;

/// One command: its options and operands are picocli fields of the class, filled before [#run] is called.
interface Command {
    /// Does the work.
    ///
    /// @return the exit code
    int run(Talk talk) throws MergeException;

    /// The options that every command takes.
    CommonOptions common();

    /// The operands in the synopsis, each with its meaning.
    List<HelpText.Line> operands();

    /// Two command lines that show the usual use.
    List<String> examples();

    /// The exit codes it may have, for its help; those of a merge unless it says otherwise.
    default List<Integer> exitCodes() {
        return List.of(0, 1, 2, 3, 4, 5, 130);
    }
}
