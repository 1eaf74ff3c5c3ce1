package org.modelmerge.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.modelmerge.arithmetic.TaskArithmetic;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.MergeMethod;

final class SearchTest {
    private static final Map<String, Object> SETTINGS = Map.of("method", "task-arithmetic", "seed", 1);

    @TempDir
    Path folder;

    private final List<Integer> scored = new ArrayList<>();

    /// A score of the lambdas alone: nearer to 0.31 is better; some trials fail.
    private final class Hill implements CandidateScore {
        private final @Nullable ErrorCode failure;
        private final int every;

        Hill(@Nullable ErrorCode failure, int every) {
            this.failure = failure;
            this.every = every;
        }

        @Override
        public Score score(MergeMethod candidate, int number) throws MergeException {
            scored.add(number);
            if (failure != null && number % every == 0) {
                throw MergeException.of(failure, "no luck with " + number);
            }
            TaskArithmetic method = (TaskArithmetic) candidate;
            double loss = 0;
            for (int i = 0; i < 2; i++) {
                loss += Math.abs(method.lambda().of(i) - 0.31);
            }
            return new Score(1 - loss, Map.of("a", 1 - loss));
        }

        @Override
        public void close() {}
    }

    private static final CmaEs CMA =
            new CmaEs(List.of(new Axis("lambda", 0, 0, 1, 0.6), new Axis("lambda", 1, 0, 1, 0.6)), 40, 9);

    private static Search search(CandidateScore score, TrialLog log, Search.Listener listener) {
        long[] clock = {0};
        return new Search("task-arithmetic", Map.of(), score, log, listener, () -> clock[0] += 500_000_000L);
    }

    private TrialLog log() throws MergeException {
        return TrialLog.open(LocalStorage.INSTANCE, folder.resolve("state"), SETTINGS);
    }

    private String logText() throws IOException {
        return Files.readString(folder.resolve("state").resolve(TrialLog.NAME));
    }

    @Test
    void findsTheBestOfAGrid() throws MergeException {
        Search search = search(new Hill(null, 1), TrialLog.none(), Search.Listener.NONE);
        Trial best = search.run(GridSearch.parse(List.of("lambda=0.1:0.5:0.1")));
        assertThat(best.number()).isEqualTo(3);
        assertThat(best.values()).isEqualTo(Map.of("lambda", 0.3));
        assertThat(search.trials()).hasSize(5);
        assertThat(best.seconds()).isEqualTo(0.5);
    }

    @Test
    void keepsTheFirstOfEquals() throws MergeException {
        Trial best = search(new Hill(null, 1), TrialLog.none(), Search.Listener.NONE)
                .run(GridSearch.parse(List.of("lambda=0.3,0.3,0.30")));
        assertThat(best.number()).isEqualTo(1);
    }

    @Test
    void scoresNoCandidateTwice() throws MergeException {
        search(new Hill(null, 1), TrialLog.none(), Search.Listener.NONE)
                .run(GridSearch.parse(List.of("lambda=0.3,0.4,0.3,0.4")));
        assertThat(scored).containsExactly(1, 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"OVERFLOW", "NON_FINITE", "DEGENERATE", "COMMAND_FAILED"})
    void survivesACandidateThatFailsAndCountsItAsTheWorst(String code) throws MergeException {
        Search search = search(new Hill(ErrorCode.valueOf(code), 2), TrialLog.none(), Search.Listener.NONE);
        Trial best = search.run(CMA);
        assertThat(search.trials()).hasSize(40);
        assertThat(search.trials()).filteredOn(trial -> trial.score() == null).hasSize(20);
        assertThat(search.trials().get(1).failure()).contains("no luck with 2");
        assertThat(Objects.requireNonNull(best.score()).value())
                .isGreaterThan(Objects.requireNonNull(search.trials().getFirst().score())
                        .value());
    }

    @Test
    void endsWithAFailureThatIsNotTheCandidates() {
        Search search = search(new Hill(ErrorCode.NO_SPACE, 3), TrialLog.none(), Search.Listener.NONE);
        assertThatThrownBy(() -> search.run(CMA)).isInstanceOfSatisfying(MergeException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.NO_SPACE));
        assertThat(search.trials()).hasSize(2);
    }

    @Test
    void saysSoWhenEveryCandidateFails() {
        Search search = search(new Hill(ErrorCode.DEGENERATE, 1), TrialLog.none(), Search.Listener.NONE);
        assertThatThrownBy(() -> search.run(GridSearch.parse(List.of("lambda=1,2"))))
                .isInstanceOfSatisfying(MergeException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.DEGENERATE);
                    assertThat(e.getMessage()).contains("got 2 failures of 2").contains("no luck with 2");
                });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 26, 39})
    void goesOnAfterAStopAsIfThereHadBeenNone(int stopAfter) throws MergeException {
        Search whole = search(new Hill(ErrorCode.OVERFLOW, 5), TrialLog.none(), Search.Listener.NONE);
        Trial best = whole.run(CMA);
        scored.clear();
        Search.Listener stopper = new Search.Listener() {
            @Override
            public boolean isCancelled() {
                return scored.size() >= stopAfter;
            }
        };
        try (TrialLog log = log()) {
            Search first = search(new Hill(ErrorCode.OVERFLOW, 5), log, stopper);
            assertThatThrownBy(() -> first.run(CMA))
                    .isInstanceOfSatisfying(
                            MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
        }
        try (TrialLog log = log()) {
            Search second = search(new Hill(ErrorCode.OVERFLOW, 5), log, Search.Listener.NONE);
            assertThat(second.run(CMA)).isEqualTo(best);
            assertThat(second.trials()).isEqualTo(whole.trials());
            assertThat(second.resumed()).isEqualTo(stopAfter);
        }
        assertThat(scored).hasSize(40);
    }

    @Test
    void dropsALineThatACrashCutShort() throws Exception {
        try (TrialLog log = log()) {
            search(new Hill(null, 1), log, Search.Listener.NONE).run(GridSearch.parse(List.of("lambda=0.1:0.5:0.1")));
        }
        String text = logText();
        Path file = folder.resolve("state").resolve(TrialLog.NAME);
        for (int cut = text.lastIndexOf("{\"number\":5") + 1; cut < text.length(); cut += 9) {
            Files.writeString(file, text.substring(0, cut));
            scored.clear();
            try (TrialLog log = log()) {
                search(new Hill(null, 1), log, Search.Listener.NONE)
                        .run(GridSearch.parse(List.of("lambda=0.1:0.5:0.1")));
            }
            assertThat(scored).containsExactly(5);
            assertThat(logText()).isEqualTo(text);
        }
    }

    @Test
    void refusesTheLogOfAnotherSearch() throws MergeException {
        log().close();
        assertThatThrownBy(() -> TrialLog.open(
                        LocalStorage.INSTANCE, folder.resolve("state"), Map.of("method", "task-arithmetic", "seed", 2)))
                .isInstanceOfSatisfying(MergeException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.MISMATCH);
                    assertThat(e.getMessage()).contains(TrialLog.NAME).contains("seed differs (got 2, expected 1)");
                });
    }

    @Test
    void refusesALogWithOtherCandidates() throws MergeException {
        try (TrialLog log = log()) {
            search(new Hill(null, 1), log, Search.Listener.NONE).run(GridSearch.parse(List.of("lambda=0.1,0.2")));
        }
        try (TrialLog log = log()) {
            Search other = search(new Hill(null, 1), log, Search.Listener.NONE);
            assertThatThrownBy(() -> other.run(GridSearch.parse(List.of("lambda=0.1,0.3"))))
                    .isInstanceOfSatisfying(MergeException.class, e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.MISMATCH);
                        assertThat(e.getMessage()).contains("trial 2 of the log");
                    });
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\n",
                "[]\n",
                "{\"schema\":1}\n",
                "{\"schema\":1,\"search\":{\"method\":\"task-arithmetic\",\"seed\":1}}\n{\"number\":2}\n",
                "{\"schema\":1,\"search\":{\"method\":\"task-arithmetic\",\"seed\":1}}\n{\"number\":1,\"values\":{},"
                        + "\"score\":null,\"tasks\":{},\"failure\":null,\"seconds\":1}\n",
                "{\"schema\":1,\"search\":{\"method\":\"task-arithmetic\",\"seed\":1}}\n{\"number\":1,\"values\":{},"
                        + "\"score\":\"x\",\"tasks\":{},\"failure\":null,\"seconds\":1}\n"
            })
    void refusesWhatIsNoLog(String text) throws IOException {
        Path state = Files.createDirectory(folder.resolve("state"));
        Files.writeString(state.resolve(TrialLog.NAME), text);
        assertThatThrownBy(this::log).isInstanceOfSatisfying(MergeException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED);
            assertThat(e.getMessage()).contains(TrialLog.NAME);
        });
        assertThat(state.resolve(TrialLog.NAME)).hasContent(text);
    }

    @Test
    void refusesALogThatIsInUse() throws MergeException {
        try (TrialLog _ = log()) {
            assertThatThrownBy(this::log)
                    .isInstanceOf(MergeException.class)
                    .hasMessageContaining("another process searches");
        }
    }
}
