package org.modelmerge.engine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.modelmerge.error.MergeException;

/// Collects everything that keeps models from being merged, so that a user sees it at once.
final class Mismatches {
    private static final int SHOWN = 20;

    private final List<MergeException> all = new ArrayList<>();

    void add(MergeException mismatch) {
        all.add(mismatch);
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    /// One line for each, in the order they were found.
    List<String> lines() {
        return all.stream().map(MergeException::getMessage).toList();
    }

    /// @throws MergeException the first one, with the others up to the twentieth as details and their count
    void throwIfAny() throws MergeException {
        MergeException combined = combined();
        if (combined != null) {
            throw combined;
        }
    }

    private @Nullable MergeException combined() {
        if (all.size() < 2) {
            return all.isEmpty() ? null : all.getFirst();
        }
        List<String> details = new ArrayList<>(lines().subList(1, Math.min(SHOWN, all.size())));
        if (all.size() > SHOWN) {
            details.add("... " + all.size() + " in all");
        }
        return all.getFirst().withDetails(details);
    }
}
