package org.modelmerge.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Density;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.testing.FaultyStorage;
import org.modelmerge.testing.FaultyStorage.Fault;
import org.modelmerge.testing.TinyCheckpoint;
import org.modelmerge.ties.MergeFunction;
import org.modelmerge.ties.Ties;
import org.modelmerge.ties.TrimScope;

/// A merge whose files fail, that is cancelled or interrupted.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class MergeFaultTest {
    private static final MergeMethod TIES = new Ties(Density.percent(20), MergeFunction.MEAN, TrimScope.MODEL, 1f);

    @TempDir
    Path temp;

    private TestMerge sharded(int... sizes) {
        SplittableRandom random = new SplittableRandom(71);
        TestModel base = TestModel.random(random, sizes);
        TinyCheckpoint first = base.checkpoint().longs("ids", Shape.of(1), 1);
        TinyCheckpoint second = base.fineTuned(random).checkpoint().longs("ids", Shape.of(1), 2);
        return new TestMerge(temp, TIES)
                .base(first)
                .expert(second)
                .expert(second)
                .limits(3, 128)
                .hashInputs();
    }

    private static List<String> liveThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("modelmerge-"))
                .toList();
    }

    /// Files below a folder that this process holds open, where the system tells.
    private static long openFiles(Path below) {
        Path handles = Path.of("/proc/self/fd");
        if (!Files.isDirectory(handles)) {
            return 0;
        }
        try (Stream<Path> open = Files.list(handles)) {
            return open.filter(handle -> pointsBelow(handle, below)).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean pointsBelow(Path handle, Path folder) {
        try {
            return Files.readSymbolicLink(handle).startsWith(folder);
        } catch (IOException _) {
            return false; // the handle that lists the folder is gone by now
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyFailingCallIsReportedWithItsFileAndLeavesNothingOpen(Fault fault) {
        TestMerge merge = sharded(300, 1, 0, 500).shards(1500);
        int call = 0;
        FaultyStorage storage;
        do {
            call++;
            storage = FaultyStorage.from(LocalStorage.INSTANCE, fault, call);
            TestMerge failing = merge.storage(storage);
            MergeException e = catchThrowableOfType(MergeException.class, failing::run);
            if (storage.failed() == null) {
                assertThat(e).isNull();
            } else {
                assertThat(e)
                        .as("%s at call %d (%s)", fault, call, storage.failed())
                        .isNotNull();
                assertThat(e.code()).isEqualTo(fault.code());
                assertThat(e.file())
                        .as("%s at call %d: %s", fault, call, e.getMessage())
                        .isNotNull();
            }
            assertThat(liveThreads()).as("after call %d", call).isEmpty();
        } while (storage.failed() != null);
        assertThat(call).isGreaterThan(2);
        assertThat(openFiles(temp)).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 3000, 10_000, 20_000, 30_000})
    void endsWhenItIsCancelledAfterAnyNumberOfBytes(long bytes) {
        AtomicLong read = new AtomicLong();
        MergeObserver impatient = new MergeObserver() {
            @Override
            public void bytesRead(long count) {
                read.addAndGet(count);
            }

            @Override
            public boolean isCancelled() {
                return read.get() > bytes;
            }
        };

        MergeException e = catchThrowableOfType(
                MergeException.class, () -> sharded(300, 1, 0, 500).run(impatient));

        assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(e.code().exitCode()).isEqualTo(130);
        assertThat(liveThreads()).isEmpty();
        assertThat(openFiles(temp)).isZero();
    }

    @Test
    void anObserverThatThrowsEndsTheMergeWithItsException() {
        MergeObserver broken = new MergeObserver() {
            @Override
            public void passStarted(String name, int number, int expected, long bytes) {
                if (name.equals("emit")) {
                    throw new IllegalStateException("broken observer");
                }
            }
        };

        assertThat(catchThrowableOfType(
                        IllegalStateException.class, () -> sharded(300).run(broken)))
                .hasMessage("broken observer");
        assertThat(liveThreads()).isEmpty();
        assertThat(openFiles(temp)).isZero();
    }

    /// Interrupts the merging thread once so many bytes were read.
    private static final class Interrupter implements MergeObserver {
        private final Thread victim;
        private final long after;
        private long read;

        Interrupter(Thread victim, long after) {
            this.victim = victim;
            this.after = after;
        }

        @Override
        public void bytesRead(long count) {
            boolean before = read <= after;
            read += count;
            if (before && read > after) {
                victim.interrupt();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 3000, 10_000, 20_000, 25_000})
    void anInterruptEndsTheMergeAsCancelled(long bytes) throws InterruptedException {
        TestMerge merge = sharded(300, 1, 0, 500);
        AtomicReference<MergeException> failure = new AtomicReference<>();
        List<Boolean> interrupted = new ArrayList<>();
        Thread merging = new Thread(() -> {
            failure.set(catchThrowableOfType(
                    MergeException.class, () -> merge.run(new Interrupter(Thread.currentThread(), bytes))));
            interrupted.add(Thread.currentThread().isInterrupted());
        });
        merging.start();
        merging.join(30_000);

        assertThat(merging.isAlive()).isFalse();
        MergeException e = Objects.requireNonNull(failure.get(), "the merge went on");
        assertThat(e.code()).as(e.getMessage()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(interrupted).containsExactly(true);
        assertThat(liveThreads()).isEmpty();
        assertThat(openFiles(temp)).isZero();
    }

    @Test
    void noticesAnInputThatChangesWhileItIsMerged() {
        TestMerge merge = sharded(300, 500);
        Path expert = merge.expertPaths().get(1);
        MergeObserver meddler = new MergeObserver() {
            @Override
            public void passStarted(String name, int number, int expected, long bytes) {
                if (name.equals("emit")) {
                    try {
                        byte[] longer = Arrays.copyOf(Files.readAllBytes(expert), (int) Files.size(expert) + 1);
                        Files.write(expert, longer);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            }
        };

        MergeException e = catchThrowableOfType(MergeException.class, () -> merge.run(meddler));

        assertThat(e.code()).isEqualTo(ErrorCode.CHANGED);
        assertThat(e.file()).isEqualTo(expert.toString());
    }

    @Test
    void leavesNothingOpenWhenOpeningFails() throws IOException {
        TestMerge merge = sharded(300);
        Files.delete(merge.expertPaths().get(1));

        MergeException e = catchThrowableOfType(MergeException.class, merge::plan);

        assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(e.file()).isEqualTo(merge.expertPaths().get(1).toString());
        assertThat(openFiles(temp)).isZero();
    }
}
