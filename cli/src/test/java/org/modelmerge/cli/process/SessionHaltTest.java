package org.modelmerge.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.cli.process.SessionScenario.Expected;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.ChildJvm;
import org.modelmerge.testing.HaltingStorage;
import org.modelmerge.testing.HaltingStorage.Moment;
import org.modelmerge.testing.InterceptedStorage;
import org.modelmerge.testing.StorageCall;

/// A whole merge whose JVM is killed at its N-th call that changes files: some N in every build, each in the long run.
final class SessionHaltTest {
    private static final int SAMPLES = 6;

    @TempDir
    Path temp;

    /// The child: a scenario that halts at its N-th call.
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws MergeException {
            HaltingStorage storage = new HaltingStorage(
                    LocalStorage.INSTANCE, Moment.valueOf(arguments[2]), Integer.parseInt(arguments[3]));
            SessionScenario.valueOf(arguments[0]).run(storage, Path.of(arguments[1]));
        }
    }

    /// Counts what the other storage halts at.
    private static final class CountingStorage extends InterceptedStorage {
        private final AtomicInteger calls = new AtomicInteger();

        CountingStorage() {
            super(LocalStorage.INSTANCE);
        }

        @Override
        protected <T extends @Nullable Object> T around(StorageCall call, Operation<T> operation)
                throws MergeException {
            if (call.changesFiles()) {
                calls.incrementAndGet();
            }
            return operation.run();
        }
    }

    @ParameterizedTest
    @EnumSource
    void showsEachOutputWholeOldOrNewWhenKilled(SessionScenario scenario) throws Exception {
        int calls = calls(scenario);
        Moment[] moments = Moment.values();
        // The last third holds the publication, where a wrong order would show: two samples of three fall there.
        for (int i = 0; i < SAMPLES; i++) {
            int halt = i % 3 == 0 ? 1 + i * calls / (2 * SAMPLES) : calls - 2 * i;
            kill(scenario, moments[i % moments.length], halt);
        }
        kill(scenario, Moment.AFTER, calls);
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource
    void showsEachOutputWholeOldOrNewWheneverKilled(SessionScenario scenario) throws Exception {
        int calls = calls(scenario);
        for (int halt = 1; halt <= calls; halt++) {
            for (Moment moment : Moment.values()) {
                kill(scenario, moment, halt);
            }
        }
    }

    private int calls(SessionScenario scenario) throws IOException, MergeException {
        CountingStorage counting = new CountingStorage();
        Path root = folder();
        scenario.prepare(root);
        scenario.run(counting, root);
        assertThat(counting.calls.get()).isGreaterThan(30);
        return counting.calls.get();
    }

    private void kill(SessionScenario scenario, Moment moment, int halt) throws Exception {
        Expected expected = scenario.expected(folder());
        Path root = folder();
        scenario.prepare(root);

        ChildJvm.Result child =
                new ChildJvm("--enable-native-access=ALL-UNNAMED").run(Child.class, scenario, root, moment, halt);

        assertThat(child.exitCode()).as(child.output()).isEqualTo(HaltingStorage.EXIT_CODE);
        assertThat(child.output()).isEmpty();
        scenario.assertEachOldOrNew(root, expected);
        scenario.runAgain(root);
        assertThat(scenario.outputs(root)).as(moment + " call " + halt).isEqualTo(expected.whenDone());
        SessionScenario.assertNothingLeft(root);
    }

    private Path folder() throws IOException {
        return Files.createTempDirectory(temp, "n");
    }
}
