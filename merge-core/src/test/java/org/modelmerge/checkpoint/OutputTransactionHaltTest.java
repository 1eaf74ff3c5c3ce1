package org.modelmerge.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.ChildJvm;
import org.modelmerge.testing.HaltingStorage;
import org.modelmerge.testing.HaltingStorage.Moment;

/// Kills a child JVM before or within each of the calls that change files.
final class OutputTransactionHaltTest {
    private static final int MORE_THAN_ALL_CALLS = 100;

    @TempDir
    Path temp;

    /// The child: a scenario that halts at its N-th call.
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws MergeException {
            Storage storage = new HaltingStorage(
                    LocalStorage.INSTANCE, Moment.valueOf(arguments[3]), Integer.parseInt(arguments[2]));
            TransactionScenario.valueOf(arguments[0]).run(storage, Path.of(arguments[1]));
        }
    }

    @Test
    void showsNewOutputsWholeOrNotAtAllWhenKilled() throws Exception {
        int kills = killAtEveryCall(TransactionScenario.NEW_FOLDER_AND_REPORT, Moment.BEFORE, new ChildJvm());

        assertThat(kills).isGreaterThan(15);
    }

    @Test
    void replacesOutputsWhollyOrNotAtAllWhenKilled() throws Exception {
        int kills = killAtEveryCall(TransactionScenario.REPLACED_FOLDER_AND_REPORT, Moment.BEFORE, new ChildJvm());

        assertThat(kills).isGreaterThan(15);
    }

    @Test
    void replacesOutputsWhollyOrNotAtAllWhenKilledWithinWritesAndDeletes() throws Exception {
        int kills = killAtEveryCall(TransactionScenario.REPLACED_FOLDER, Moment.HALFWAY, new ChildJvm());

        assertThat(kills).isGreaterThan(10);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void exchangesOutputsWhollyOrNotAtAllWhenKilled() throws Exception {
        ChildJvm jvm = new ChildJvm("--enable-native-access=ALL-UNNAMED");

        int kills = killAtEveryCall(TransactionScenario.REPLACED_FOLDER, Moment.BEFORE, jvm);

        assertThat(kills).isGreaterThan(10);
    }

    private int killAtEveryCall(TransactionScenario scenario, Moment moment, ChildJvm jvm) throws Exception {
        for (int n = 1; n < MORE_THAN_ALL_CALLS; n++) {
            Path root = Files.createDirectory(temp.resolve("n" + n));
            scenario.prepare(root);

            ChildJvm.Result child = jvm.run(Child.class, scenario, root, n, moment);

            assertThat(child.output()).isEmpty();
            if (child.exitCode() == 0) {
                scenario.assertAllNew(root);
                TransactionScenario.assertNothingLeft(root);
                return n - 1;
            }
            assertThat(child.exitCode()).isEqualTo(HaltingStorage.EXIT_CODE);
            scenario.assertNonePartial(root);
            scenario.nextRun(root);
            scenario.assertEachOldOrNew(root);
            TransactionScenario.assertNothingLeft(root);
        }
        throw new AssertionError("more than " + MORE_THAN_ALL_CALLS + " calls");
    }
}
