package org.modelmerge.cli.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.cli.process.SessionScenario.Expected;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.FaultyStorage;
import org.modelmerge.testing.FaultyStorage.Fault;
import org.modelmerge.testing.StorageCall;

/// A whole merge in which the N-th file operation fails: a sample of all N in every build, each N in the long run.
final class SessionFaultTest {
    private static final int MORE_THAN_ALL_CALLS = 2_000;
    private static final Path OPEN_FILES = Path.of("/proc/self/fd");

    /// Clearing up is tried twice, and leftovers that cannot be looked at are left to the next run.
    private static final Set<StorageCall> FORGIVEN =
            EnumSet.of(StorageCall.DELETE, StorageCall.LIST, StorageCall.KIND, StorageCall.TRY_LOCK);

    @TempDir
    Path temp;

    @ParameterizedTest
    @EnumSource
    void leavesOutputsAsTheyWereAfterAnErrorInACall(SessionScenario scenario) throws Exception {
        assertThat(failAtEvery(7, scenario, Fault.ERROR)).isGreaterThan(100);
    }

    @ParameterizedTest
    @EnumSource
    void leavesOutputsAsTheyWereWhenAnInputEndsEarly(SessionScenario scenario) throws Exception {
        assertThat(failAtEvery(11, scenario, Fault.SHORT_READ)).isGreaterThan(30);
    }

    @ParameterizedTest
    @EnumSource
    void leavesOutputsAsTheyWereWhenTheDiskIsFull(SessionScenario scenario) throws Exception {
        assertThat(failAtEvery(5, scenario, Fault.NO_SPACE)).isGreaterThan(10);
    }

    @ParameterizedTest
    @EnumSource
    void leavesOutputsAsTheyWereWhenForcingFails(SessionScenario scenario) throws Exception {
        assertThat(failAtEvery(2, scenario, Fault.FORCE)).isGreaterThanOrEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource
    void losesNothingWhenTheStorageFailsForGood(SessionScenario scenario) throws Exception {
        assertThat(failForGoodFromEvery(29, scenario)).isGreaterThan(100);
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource
    void leavesOutputsAsTheyWereAfterAnyFaultInAnyCall(SessionScenario scenario) throws Exception {
        for (Fault fault : Fault.values()) {
            assertThat(failAtEvery(1, scenario, fault)).as(fault.name()).isGreaterThanOrEqualTo(4);
        }
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource
    void losesNothingFromWhicheverCallTheStorageFailsForGood(SessionScenario scenario) throws Exception {
        assertThat(failForGoodFromEvery(1, scenario)).isGreaterThan(100);
    }

    /// @return the number of the last call that was made to fail
    private int failAtEvery(int step, SessionScenario scenario, Fault fault) throws Exception {
        Expected expected = scenario.expected(folder("reference"));
        long openFiles = openFiles();
        for (int n = 1; n < MORE_THAN_ALL_CALLS; n += step) {
            Path root = folder("n");
            scenario.prepare(root);
            FaultyStorage storage = FaultyStorage.once(LocalStorage.INSTANCE, fault, n);

            Throwable failure = catchThrowable(() -> scenario.run(storage, root));

            StorageCall failed = storage.failed();
            String which = fault + " at call " + n + ", " + failed;
            SessionScenario.assertNothingLeft(root);
            if (failure == null) {
                assertThat(scenario.outputs(root)).as(which).isEqualTo(expected.whenDone());
            } else {
                assertThat(scenario.outputs(root)).as(which).isEqualTo(expected.before());
                assertThat(failure).as(which).isInstanceOfSatisfying(MergeException.class, e -> {
                    assertThat(e.code()).isEqualTo(fault.code());
                    assertThat(e.file()).isNotNull();
                });
            }
            if (failed == null) {
                assertThat(failure).isNull();
                assertThat(openFiles()).isLessThanOrEqualTo(openFiles);
                return n - step;
            }
            assertThat(failure != null || FORGIVEN.contains(failed)).as(which).isTrue();
        }
        throw new AssertionError("more than " + MORE_THAN_ALL_CALLS + " calls");
    }

    private int failForGoodFromEvery(int step, SessionScenario scenario) throws Exception {
        Expected expected = scenario.expected(folder("reference"));
        for (int n = 1; n < MORE_THAN_ALL_CALLS; n += step) {
            Path root = folder("n");
            scenario.prepare(root);
            FaultyStorage storage = FaultyStorage.from(LocalStorage.INSTANCE, Fault.ERROR, n);

            Throwable failure = catchThrowable(() -> scenario.run(storage, root));

            if (storage.failed() == null) {
                return n - step;
            }
            assertThat(failure).as("from call " + n).isInstanceOf(MergeException.class);
            scenario.runAgain(root);
            assertThat(scenario.outputs(root)).as("from call " + n).isEqualTo(expected.whenDone());
            SessionScenario.assertNothingLeft(root);
        }
        throw new AssertionError("more than " + MORE_THAN_ALL_CALLS + " calls");
    }

    private Path folder(String name) throws IOException {
        return Files.createTempDirectory(temp, name);
    }

    /// Open files of this process where the system can tell, else 0.
    private static long openFiles() throws IOException {
        if (!Files.isDirectory(OPEN_FILES)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(OPEN_FILES)) {
            return files.count();
        }
    }
}
