package org.modelmerge.engine;

import java.util.List;
import java.util.regex.Pattern;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.error.Printable;

/// Refuses patterns that match no tensor: they are typing mistakes.
final class ScopeCheck {
    private ScopeCheck() {}

    static void requireMatches(Scope scope, List<Checkpoint> models) throws MergeException {
        require("--include", scope.include(), models);
        require("--exclude", scope.exclude(), models);
    }

    private static void require(String option, List<Pattern> patterns, List<Checkpoint> models) throws MergeException {
        for (Pattern pattern : patterns) {
            boolean found = models.stream().anyMatch(model -> model.tensors().keySet().stream()
                    .anyMatch(name -> pattern.matcher(name).find()));
            if (!found) {
                throw MergeException.of(
                        ErrorCode.USAGE,
                        option + " matches no tensor (got " + Printable.text(pattern.pattern())
                                + ", expected a match among "
                                + models.getFirst().tensors().size() + " names)");
            }
        }
    }
}
