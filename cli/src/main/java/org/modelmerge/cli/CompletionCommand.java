package org.modelmerge.cli;

import java.util.ArrayList;
import java.util.List;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;

/// `merge completion`.
@CommandLine.Command(
        description = "Prints a completion script for bash or zsh.",
        customSynopsis = "merge completion bash|zsh")
final class CompletionCommand implements Command {
    private static final List<String> SHELLS = List.of("bash", "zsh");

    /// Releases have the launcher under a second name, for machines where another tool is called merge.
    private static final String OTHER_NAME = "complete -F _complete_merge -o default modelmerge\n";

    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(arity = "0..*", paramLabel = "bash|zsh")
    List<String> shells = new ArrayList<>();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public List<HelpText.Line> operands() {
        return List.of(new HelpText.Line("bash, zsh", "the script is the same; zsh reads it through bashcompinit"));
    }

    @Override
    public List<String> examples() {
        return List.of(
                "source <(merge completion bash)",
                "merge completion bash > ~/.local/share/bash-completion/completions/merge");
    }

    @Override
    public List<Integer> exitCodes() {
        return List.of(0, 1, 2);
    }

    @Override
    public int run(Talk talk) throws MergeException {
        if (shells.size() != 1) {
            throw MergeException.of(
                    ErrorCode.USAGE, "got " + Quantity.count(shells.size(), "shell") + ", expected bash or zsh");
        }
        Words.choice("completion", shells.getFirst(), SHELLS);
        // Only for the script: the parser itself knows no subcommands, see Commands.
        CommandLine all = new CommandLine(spec(new MergeCommand()));
        for (Commands command : Commands.values()) {
            String[] words = command.word().split(" ", -1);
            if (words.length == 1) {
                all.addSubcommand(command.word(), spec(command.create()));
            } else {
                CommandLine group = all.getSubcommands().get(words[0]);
                if (group == null) {
                    group = new CommandLine(CommandSpec.create());
                    all.addSubcommand(words[0], group);
                }
                group.addSubcommand(words[1], spec(command.create()));
            }
        }
        talk.console().out().append(AutoComplete.bash("merge", all)).append(OTHER_NAME);
        return 0;
    }

    private static CommandSpec spec(Command command) {
        return Candidates.addTo(Parser.spec(command), command);
    }
}
