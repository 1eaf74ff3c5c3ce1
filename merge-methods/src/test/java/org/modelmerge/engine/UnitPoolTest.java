package org.modelmerge.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;

@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class UnitPoolTest {
    private static MergeException failure(int unit) {
        return MergeException.of(ErrorCode.IO, "unit " + unit);
    }

    @Test
    void worksOnEachUnitOnce() throws MergeException {
        for (int threads : new int[] {1, 2, 9}) {
            for (int count : new int[] {0, 1, 5, 1000}) {
                Set<Integer> done = ConcurrentHashMap.newKeySet();
                List<UnitPool.Worker> workers = new UnitPool(threads).run(count, () -> unit -> {
                    if (!done.add(unit)) {
                        throw failure(unit);
                    }
                });
                assertThat(done).hasSize(count);
                assertThat(workers).hasSizeBetween(1, threads);
            }
        }
    }

    /// Unit 1 fails at once, unit 0 only after that: still unit 0 is reported, and no later unit begins.
    @Test
    void reportsTheFailureOfTheLowestUnitAndBeginsNoLaterOne() {
        CountDownLatch oneFailed = new CountDownLatch(1);
        Set<Integer> begun = ConcurrentHashMap.newKeySet();
        UnitPool.Worker worker = unit -> {
            begun.add(unit);
            if (unit == 1) {
                oneFailed.countDown();
                throw failure(1);
            }
            await(oneFailed);
            throw failure(unit);
        };

        assertThatThrownBy(() -> new UnitPool(2).run(1000, () -> worker))
                .isInstanceOf(MergeException.class)
                .hasMessage("unit 0");
        assertThat(begun).containsExactlyInAnyOrder(0, 1);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void rethrowsWhatIsNoMergeException() {
        assertThatThrownBy(() -> new UnitPool(3).run(10, () -> unit -> {
                    throw new IllegalStateException("bug");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("bug");
        assertThatThrownBy(() -> new UnitPool(3).run(10, () -> unit -> {
                    throw new OutOfMemoryError("none left");
                }))
                .isInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void reportsAWorkerThatCannotBeMade() {
        assertThatThrownBy(() -> new UnitPool(3).run(10, () -> {
                    throw failure(-1);
                }))
                .isInstanceOf(MergeException.class)
                .hasMessage("unit -1");
    }

    @Test
    void endsItsThreads() throws MergeException {
        new UnitPool(5).run(100, () -> _ -> {});

        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("modelmerge-worker"));
    }
}
