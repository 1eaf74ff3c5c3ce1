package org.modelmerge.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.ChildJvm;
import org.modelmerge.testing.InterceptedStorage;
import org.modelmerge.testing.StorageCall;

/// What SIGTERM leaves behind.
@DisabledOnOs(OS.WINDOWS)
final class OutputTransactionSignalTest {
    private static final int SIGTERM_EXIT_CODE = 143;

    @TempDir
    Path folder;

    /// Says `reached` on stdout at the first call of a kind, and goes on after a while.
    private static final class SlowStorage extends InterceptedStorage {
        private final StorageCall slow;
        private final long millis;
        private boolean said;

        SlowStorage(StorageCall slow, long millis) {
            super(LocalStorage.INSTANCE);
            this.slow = slow;
            this.millis = millis;
        }

        @Override
        protected <T extends @Nullable Object> T around(StorageCall call, Operation<T> operation)
                throws MergeException {
            T result = operation.run();
            if (call == slow && !said) {
                said = true;
                System.out.println("reached");
                pause(millis);
            }
            return result;
        }
    }

    /// The child: a scenario with a pause after the first call of a kind.
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws MergeException {
            Storage storage = new SlowStorage(StorageCall.valueOf(arguments[1]), Long.parseLong(arguments[2]));
            TransactionScenario.valueOf(arguments[0]).run(storage, Path.of(arguments[3]));
        }
    }

    /// The child: tries to publish after the hook has run, while another hook keeps the JVM alive.
    static final class LateChild {
        private LateChild() {}

        public static void main(String[] arguments) throws MergeException {
            CountDownLatch tried = new CountDownLatch(1);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> await(tried)));
            try (OutputTransaction out = OutputTransaction.begin(LocalStorage.INSTANCE, false)) {
                Path staged = out.stageFolder(Path.of(arguments[0]));
                new Thread(() -> System.exit(0)).start();
                while (Files.exists(staged.getParent())) {
                    pause(5);
                }
                out.publish();
                System.out.println("published");
            } catch (MergeException e) {
                System.out.println(e.code() + " " + e.getMessage());
            }
            try {
                OutputTransaction.begin(LocalStorage.INSTANCE, false);
            } catch (MergeException e) {
                System.out.println(e.code() + " " + e.getMessage());
            }
            tried.countDown();
        }
    }

    @Test
    void removesTheStagingFolders() throws Exception {
        TransactionScenario scenario = TransactionScenario.REPLACED_FOLDER_AND_REPORT;
        scenario.prepare(folder);

        int exitCode = terminateWhenReached(scenario, StorageCall.SINK_WRITE, 60_000);

        assertThat(exitCode).isEqualTo(SIGTERM_EXIT_CODE);
        scenario.assertAllOld(folder);
        TransactionScenario.assertNothingLeft(folder);
    }

    @Test
    void waitsForAPublishThatHasBegun() throws Exception {
        TransactionScenario scenario = TransactionScenario.REPLACED_FOLDER_AND_REPORT;
        scenario.prepare(folder);

        int exitCode = terminateWhenReached(scenario, StorageCall.MOVE_FOLDER, 500);

        assertThat(exitCode).isEqualTo(SIGTERM_EXIT_CODE);
        scenario.assertAllNew(folder);
        TransactionScenario.assertNothingLeft(folder);
    }

    @Test
    void publishesNothingOnceTheProcessIsEnding() throws Exception {
        ChildJvm.Result child = new ChildJvm().run(LateChild.class, folder.resolve("merged"));

        assertThat(child.output().lines())
                .containsExactly("CANCELLED the process is ending", "CANCELLED the process is ending");
        assertThat(folder).isEmptyDirectory();
    }

    private int terminateWhenReached(TransactionScenario scenario, StorageCall call, long millis) throws Exception {
        Process child = new ChildJvm().start(Child.class, scenario, call, millis, folder);
        try (BufferedReader output = child.inputReader()) {
            assertThat(output.readLine()).isEqualTo("reached");
            child.toHandle().destroy(); // Process.destroy would close the pipe
            assertThat(output.lines().collect(Collectors.joining("\n"))).isEmpty();
        }
        assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return child.exitValue();
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
