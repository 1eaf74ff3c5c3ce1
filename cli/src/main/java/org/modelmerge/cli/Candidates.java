package org.modelmerge.cli;

import java.util.List;
import java.util.regex.Pattern;
import org.modelmerge.catalog.MethodCatalog;
import org.modelmerge.catalog.MethodEntry;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// What a shell may offer for a value, where there is only so much to choose from. The words are those of the label,
/// such as `mean|sum|max`, so an option has no second list that could fall behind.
final class Candidates {
    private static final Pattern LISTED = Pattern.compile("[a-z0-9-]+([|,][a-z0-9-]+)+");

    private final List<String> methods;

    private Candidates(List<String> methods) {
        this.methods = methods;
    }

    /// Gives the options and operands of a command their candidates.
    static CommandSpec addTo(CommandSpec spec, Command command) {
        Candidates candidates = new Candidates(
                command instanceof SearchCommand
                        ? SearchSpace.methods()
                        : MethodCatalog.entries().stream()
                                .map(MethodEntry::name)
                                .toList());
        for (OptionSpec option : List.copyOf(spec.options())) {
            List<String> words = candidates.of(option);
            if (!words.isEmpty()) {
                spec.remove(option);
                spec.addOption(option.toBuilder().completionCandidates(words).build());
            }
        }
        for (PositionalParamSpec operand : List.copyOf(spec.positionalParameters())) {
            List<String> words = candidates.of(operand);
            if (!words.isEmpty()) {
                spec.remove(operand);
                spec.addPositional(
                        operand.toBuilder().completionCandidates(words).build());
            }
        }
        return spec;
    }

    private List<String> of(ArgSpec value) {
        String label = value.paramLabel();
        return switch (label) {
            case "METHOD" -> methods;
            case "COMMAND" -> Commands.words();
            case "WHEN" -> CommonOptions.WHEN;
            default -> LISTED.matcher(label).matches() ? List.of(label.split("[|,]", -1)) : List.of();
        };
    }
}
