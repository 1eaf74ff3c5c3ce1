package org.modelmerge.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

/// BASE and EXPERT..., as paths.
///
/// @param base the first operand
/// @param experts the others, in task order
record Operands(Path base, List<Path> experts) {
    static final List<HelpText.Line> HELP = List.of(new HelpText.Line(
            "BASE, EXPERT",
            "a .safetensors file, a folder with model.safetensors or with shards and "
                    + "model.safetensors.index.json, or an index file; experts are the tasks, in order"));

    /// @param usage what to type, for the hint
    /// @throws MergeException `USAGE` if there is no base or no expert
    static Operands of(Console console, List<String> words, String usage) throws MergeException {
        if (words.size() < 2) {
            throw MergeException.of(
                            ErrorCode.USAGE,
                            "got " + (words.isEmpty() ? "no model" : "1 model")
                                    + ", expected BASE and at least one EXPERT")
                    .withHint(usage);
        }
        return new Operands(
                Words.path(console, "BASE", words.getFirst()), paths(console, words.subList(1, words.size())));
    }

    static List<Path> paths(Console console, List<String> words) throws MergeException {
        List<Path> paths = new ArrayList<>();
        for (String word : words) {
            paths.add(Words.path(console, "EXPERT", word));
        }
        return paths;
    }
}
