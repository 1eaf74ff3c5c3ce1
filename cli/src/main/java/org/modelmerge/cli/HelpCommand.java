package org.modelmerge.cli;

import java.util.ArrayList;
import java.util.List;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.yaml.NearestName;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `merge help`.
@CommandLine.Command(
        description = "Prints the help of merge or of one of its commands.",
        customSynopsis = "merge help [COMMAND]")
final class HelpCommand implements Command {
    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(arity = "0..*", paramLabel = "COMMAND")
    List<String> names = new ArrayList<>();

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public List<HelpText.Line> operands() {
        return List.of(new HelpText.Line("COMMAND", String.join(", ", Commands.words())));
    }

    @Override
    public List<String> examples() {
        return List.of("merge help", "merge help diff");
    }

    @Override
    public List<Integer> exitCodes() {
        return List.of(0, 1, 2);
    }

    @Override
    public int run(Talk talk) throws MergeException {
        boolean isOne = names.size() <= 1 || Commands.named(String.join(" ", names)) != null;
        if (!isOne) {
            throw MergeException.of(ErrorCode.USAGE, "got " + names.size() + " commands, expected at most one");
        }
        talk.console()
                .out()
                .append(names.isEmpty() ? HelpText.of("", new MergeCommand()) : help(String.join(" ", names)));
        return 0;
    }

    private static String help(String name) throws MergeException {
        Commands command = Commands.named(name);
        if (command == null) {
            String nearest = NearestName.of(name, Commands.words());
            throw MergeException.of(ErrorCode.USAGE, "this version has no command " + Printable.text(name))
                    .withHint(nearest == null ? "merge help lists the commands" : "did you mean " + nearest + "?");
        }
        return HelpText.of(name, command.create());
    }
}
