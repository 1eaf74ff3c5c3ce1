package org.modelmerge.search;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.modelmerge.catalog.MethodCatalog;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.JsonWriter;
import org.modelmerge.method.MergeMethod;

/// Tries the candidates that a strategy asks for, and remembers the best.
///
/// A candidate that fails counts as worse than all others and is recorded. One that comes twice is not scored again.
public final class Search {
    /// What fails one candidate and not the search: a result that does not fit its dtype, a network that answers NaN,
    /// statistics that do not exist, a command that fails.
    public static final Set<ErrorCode> FAILURES =
            Set.of(ErrorCode.OVERFLOW, ErrorCode.NON_FINITE, ErrorCode.DEGENERATE, ErrorCode.COMMAND_FAILED);

    private final String method;
    private final Map<String, Object> fixed;
    private final CandidateScore score;
    private final TrialLog log;
    private final Listener listener;
    private final LongSupplier clock;
    private final List<Trial> trials = new ArrayList<>();
    private final Map<String, Double> seen = new HashMap<>();
    private @Nullable Trial best;
    private @Nullable MergeException lastFailure;
    private double lowest = Double.POSITIVE_INFINITY;
    private int resumed;

    /// Hears how a search goes on, and may stop it.
    public interface Listener {
        /// Hears nothing and never stops.
        Listener NONE = new Listener() {};

        /// A trial is finished, or was found in the log.
        ///
        /// @param best the best so far; null if all have failed
        default void tried(Trial trial, @Nullable Trial best) {}

        /// Asked before each trial; true ends the search with `CANCELLED`.
        default boolean isCancelled() {
            return false;
        }
    }

    /// @param method name in the catalogue
    /// @param fixed the parameters that are not searched
    /// @param score stays the caller's to close
    /// @param log stays the caller's to close
    public Search(String method, Map<String, Object> fixed, CandidateScore score, TrialLog log, Listener listener) {
        this(method, fixed, score, log, listener, System::nanoTime);
    }

    Search(
            String method,
            Map<String, Object> fixed,
            CandidateScore score,
            TrialLog log,
            Listener listener,
            LongSupplier clock) {
        this.method = method;
        this.fixed = new LinkedHashMap<>(fixed);
        this.score = score;
        this.log = log;
        this.listener = listener;
        this.clock = clock;
    }

    /// Runs the search.
    ///
    /// @return the trial with the largest score, the first of equals
    /// @throws MergeException what ended it; the code of the last failure if every candidate failed
    public Trial run(SearchStrategy strategy) throws MergeException {
        strategy.search(this::scoreOf);
        Trial found = best;
        if (found == null) {
            throw MergeException.of(
                    lastFailure == null ? ErrorCode.COMMAND_FAILED : lastFailure.code(),
                    "no candidate could be scored (got " + trials.size() + " failures of " + trials.size()
                            + "; the last: " + trials.getLast().failure() + ")");
        }
        return found;
    }

    /// All trials so far.
    public List<Trial> trials() {
        return List.copyOf(trials);
    }

    /// The best so far; null if there is none.
    public @Nullable Trial best() {
        return best;
    }

    /// How many of the trials the log had seen before.
    public int resumed() {
        return resumed;
    }

    /// The method with these values.
    ///
    /// @throws MergeException `USAGE` for values that the method does not take
    public MergeMethod candidate(Map<String, Object> values) throws MergeException {
        Map<String, Object> all = new LinkedHashMap<>(fixed);
        all.putAll(values);
        return MethodCatalog.create(method, all);
    }

    private double scoreOf(Map<String, Object> values) throws MergeException {
        String key = JsonWriter.write(values);
        Double known = seen.get(key);
        if (known == null) {
            known = worth(trial(values));
            seen.put(key, known);
        }
        return known;
    }

    private Trial trial(Map<String, Object> values) throws MergeException {
        int number = trials.size() + 1;
        Trial trial = log.recorded(number, values);
        if (trial == null) {
            if (listener.isCancelled() || Thread.currentThread().isInterrupted()) {
                throw MergeException.of(ErrorCode.CANCELLED, "cancelled");
            }
            trial = scored(number, values);
            log.add(trial);
        } else {
            resumed++;
        }
        trials.add(trial);
        if (trial.beats(best)) {
            best = trial;
        }
        listener.tried(trial, best);
        return trial;
    }

    private Trial scored(int number, Map<String, Object> values) throws MergeException {
        MergeMethod candidate = candidate(values);
        long start = clock.getAsLong();
        Score result = null;
        String failure = null;
        try {
            result = score.score(candidate, number);
        } catch (MergeException e) {
            if (!FAILURES.contains(e.code())) {
                throw e;
            }
            failure = e.getMessage();
            lastFailure = e;
        }
        return new Trial(number, values, result, failure, (clock.getAsLong() - start) / 1e9);
    }

    /// The number that the strategy sees: a failure is worse than everything seen so far, and still finite, since an
    /// optimiser may compute with it.
    private double worth(Trial trial) {
        Score got = trial.score();
        if (got != null) {
            lowest = Math.min(lowest, got.value());
            return got.value();
        }
        double reference = lowest == Double.POSITIVE_INFINITY ? 0 : lowest;
        return reference - Math.max(1, Math.abs(reference));
    }
}
