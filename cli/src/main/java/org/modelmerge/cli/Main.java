package org.modelmerge.cli;

import java.util.List;
import org.modelmerge.engine.Version;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;
import org.modelmerge.yaml.NearestName;

/// The `merge` command.
public final class Main {
    private final List<String> words;
    private final Console console;

    private Main(List<String> words, Console console) {
        this.words = words;
        this.console = console;
    }

    /// Runs the command and ends the process with its exit code.
    public static void main(String[] args) {
        System.exit(run(args, Console.ofProcess()));
    }

    /// Runs the command.
    ///
    /// @return the exit code
    static int run(String[] args, Console console) {
        return new Main(List.of(args), console).run();
    }

    private int run() {
        int exit;
        try {
            exit = dispatch();
        } catch (MergeException e) {
            exit = fail(e);
        } catch (RuntimeException | Error e) {
            exit = fail(internal(e));
        }
        console.out().flush();
        if (exit == 0 && console.out().checkError()) {
            exit = fail(MergeException.of(ErrorCode.IO, "cannot write to standard output"));
        }
        console.err().flush();
        return exit;
    }

    private int dispatch() throws MergeException {
        if (words.isEmpty()) {
            console.err().append(HelpText.of("", new MergeCommand()));
            return ErrorCode.USAGE.exitCode();
        }
        String first = words.getFirst();
        if (Commands.isGroup(first)) {
            return dispatchGroup(first);
        }
        Commands named = Commands.named(first);
        return named == null
                ? execute("", new MergeCommand(), words)
                : execute(named.word(), named.create(), words.subList(1, words.size()));
    }

    /// A command of two words.
    private int dispatchGroup(String group) throws MergeException {
        String second = words.size() < 2 ? "" : words.get(1);
        Commands named = Commands.named(group + " " + second);
        if (named != null) {
            return execute(named.word(), named.create(), words.subList(2, words.size()));
        }
        List<String> known = Commands.words().stream()
                .filter(word -> word.startsWith(group + " "))
                .toList();
        String nearest = NearestName.of(group + " " + second, known);
        throw MergeException.of(
                        ErrorCode.USAGE,
                        group + ": got " + (second.isEmpty() ? "no command" : Printable.text(second))
                                + ", expected one of "
                                + String.join(
                                        ", ",
                                        known.stream()
                                                .map(word -> word.substring(group.length() + 1))
                                                .toList()))
                .withHint(nearest == null ? "merge help lists the commands" : "merge help " + nearest);
    }

    private int execute(String name, Command command, List<String> arguments) throws MergeException {
        if (arguments.size() == 1 && isVersion(arguments.getFirst())) {
            return printVersion();
        }
        Parser.parse(command, arguments.toArray(String[]::new));
        if (command.common().version) {
            return printVersion();
        }
        if (command.common().help) {
            console.out().append(HelpText.of(name, command));
            return 0;
        }
        return command.run(command.common().talk(console));
    }

    private static boolean isVersion(String word) {
        return word.equals("-V") || word.equals("--version");
    }

    private int printVersion() {
        console.out().append("merge ").append(Version.text()).append('\n');
        return 0;
    }

    private int fail(MergeException fault) {
        if (asks("--debug")) {
            fault.printStackTrace(console.err());
        }
        Talk.error(console, fault, asks("--json"), asksColors());
        return fault.code().exitCode();
    }

    /// Looks at the words themselves, since the fault may be that they cannot be parsed.
    private boolean asks(String option) {
        int end = words.indexOf("--");
        return (end < 0 ? words : words.subList(0, end)).contains(option);
    }

    private boolean asksColors() {
        int color = words.indexOf("--color");
        String when = color >= 0 && color + 1 < words.size() ? words.get(color + 1) : "auto";
        return when.equals("always")
                || asks("--color=always")
                || (!when.equals("never") && !asks("--color=never") && CommonOptions.colorsByDefault(console));
    }

    private static MergeException internal(Throwable bug) {
        String message = String.valueOf(bug.getMessage());
        // Class names are for --debug, and the message of a bug may hold some, or be absent.
        boolean isPlain = bug.getMessage() != null && !message.contains("class ") && !message.contains("java.");
        String what = bug instanceof OutOfMemoryError ? "out of memory" : isPlain ? message : "unexpected state";
        return MergeException.of(
                ErrorCode.INTERNAL, "internal error: " + Printable.text(what) + " (run with --debug)", bug);
    }
}
