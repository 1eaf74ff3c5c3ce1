package org.modelmerge.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.FaultyStorage;
import org.modelmerge.testing.FaultyStorage.Fault;
import org.modelmerge.testing.InterceptedStorage;
import org.modelmerge.testing.StorageCall;

final class OutputTransactionFaultTest {
    private static final int MORE_THAN_ALL_CALLS = 200;

    @TempDir
    Path temp;

    @ParameterizedTest
    @EnumSource
    void leavesTargetsAsTheyWereAfterAnErrorInAnyCall(TransactionScenario scenario) throws Exception {
        int failures = failAtEveryCall(LocalStorage.INSTANCE, scenario, Fault.ERROR);

        assertThat(failures).isGreaterThan(15);
    }

    @ParameterizedTest
    @EnumSource
    void leavesTargetsAsTheyWereWhenTheDiskIsFull(TransactionScenario scenario) throws Exception {
        int failures = failAtEveryCall(LocalStorage.INSTANCE, scenario, Fault.NO_SPACE);

        assertThat(failures).isGreaterThanOrEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    void leavesTargetsAsTheyWereWhenForcingFails(TransactionScenario scenario) throws Exception {
        int failures = failAtEveryCall(LocalStorage.INSTANCE, scenario, Fault.FORCE);

        assertThat(failures).isGreaterThanOrEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"REPLACED_FOLDER", "REPLACED_FOLDER_AND_REPORT"})
    void leavesTargetsAsTheyWereWhereNamesCannotBeExchanged(TransactionScenario scenario) throws Exception {
        int failures = failAtEveryCall(new StorageWithoutExchange(), scenario, Fault.ERROR);

        assertThat(failures).isGreaterThan(15);
    }

    @ParameterizedTest
    @EnumSource
    void losesNothingWhenTheStorageFailsForGood(TransactionScenario scenario) throws Exception {
        failForGoodFromEveryCall(LocalStorage.INSTANCE, scenario);
    }

    @ParameterizedTest
    @EnumSource(names = {"REPLACED_FOLDER", "REPLACED_FOLDER_AND_REPORT"})
    void losesNothingWhenItFailsForGoodWhereNamesCannotBeExchanged(TransactionScenario scenario) throws Exception {
        failForGoodFromEveryCall(new StorageWithoutExchange(), scenario);
    }

    private static final class StorageWithoutExchange extends InterceptedStorage {
        StorageWithoutExchange() {
            super(LocalStorage.INSTANCE);
        }

        @Override
        protected <T extends @Nullable Object> T around(StorageCall call, Operation<T> operation)
                throws MergeException {
            return operation.run();
        }

        @Override
        public boolean exchange(Path first, Path second) {
            return false;
        }
    }

    private void failForGoodFromEveryCall(Storage inner, TransactionScenario scenario) throws Exception {
        for (int n = 1; n < MORE_THAN_ALL_CALLS; n++) {
            Path root = root(n);
            scenario.prepare(root);
            FaultyStorage storage = FaultyStorage.from(inner, Fault.ERROR, n);

            MergeException failure = run(scenario, storage, root);

            if (failure == null) {
                return;
            }
            scenario.assertNonePartial(root);
            scenario.nextRun(root);
            scenario.assertEachOldOrNew(root);
            TransactionScenario.assertNothingLeft(root);
        }
        throw new AssertionError("more than " + MORE_THAN_ALL_CALLS + " calls");
    }

    private int failAtEveryCall(Storage inner, TransactionScenario scenario, Fault fault)
            throws IOException, MergeException {
        for (int n = 1; n < MORE_THAN_ALL_CALLS; n++) {
            Path root = root(n);
            scenario.prepare(root);
            FaultyStorage storage = FaultyStorage.once(inner, fault, n);

            MergeException failure = run(scenario, storage, root);

            StorageCall failed = storage.failed();
            if (failed == null) {
                assertThat(failure).isNull();
                scenario.assertAllNew(root);
                return n - 1;
            }
            TransactionScenario.assertNothingLeft(root);
            if (failure == null) {
                // Deleting is tried twice, and looking for leftovers may fail.
                scenario.assertAllNew(root);
            } else {
                assertThat(failure.code()).isEqualTo(fault.code());
                scenario.assertAllOld(root);
            }
        }
        throw new AssertionError("more than " + MORE_THAN_ALL_CALLS + " calls");
    }

    private Path root(int n) throws IOException {
        return Files.createDirectory(temp.resolve("n" + n));
    }

    private static @Nullable MergeException run(TransactionScenario scenario, Storage storage, Path root) {
        return catchThrowableOfType(MergeException.class, () -> scenario.run(storage, root));
    }
}
