package org.modelmerge.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.yaml.NearestName;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Says in our words what picocli found wrong.
final class UsageFaults {
    private UsageFaults() {}

    static MergeException of(ParameterException fault) {
        return switch (fault) {
            case UnmatchedArgumentException unmatched -> unmatched(unmatched);
            case MissingParameterException missing -> noValue(missing);
            case OverwrittenOptionException twice -> usage(name(twice.getOverwritten()) + ": given more than once");
            default -> badValue(fault);
        };
    }

    private static MergeException unmatched(UnmatchedArgumentException fault) {
        String word = fault.getUnmatched().getFirst();
        if (!fault.isUnknownOption()) {
            return usage("unexpected argument " + Printable.text(word));
        }
        int value = word.indexOf('=');
        String option = value < 0 ? word : word.substring(0, value);
        MergeException unknown = usage("unknown option " + Printable.text(option));
        String nearest =
                NearestName.of(option, optionNames(fault.getCommandLine().getCommandSpec()));
        return unknown.withHint(nearest == null ? "merge --help lists the options" : "did you mean " + nearest + "?");
    }

    private static MergeException noValue(MissingParameterException fault) {
        ArgSpec missing = fault.getMissing().getFirst();
        return usage(name(missing) + ": no value given, expected " + missing.paramLabel());
    }

    private static MergeException badValue(ParameterException fault) {
        ArgSpec argument = fault.getArgSpec();
        if (argument == null) {
            return usage("cannot read the arguments: " + Printable.text(String.valueOf(fault.getMessage())));
        }
        if (argument.arity().max() == 0) {
            return usage(name(argument) + ": takes no value");
        }
        String value = fault.getValue();
        return usage(name(argument) + ": got " + Printable.text(String.valueOf(value)) + ", expected "
                + argument.paramLabel());
    }

    private static String name(@Nullable ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : "argument";
    }

    private static List<String> optionNames(CommandSpec spec) {
        List<String> names = new ArrayList<>();
        for (OptionSpec option : spec.options()) {
            if (!option.hidden()) {
                names.add(option.longestName());
            }
        }
        return names;
    }

    private static MergeException usage(String problem) {
        return MergeException.of(ErrorCode.USAGE, problem);
    }
}
