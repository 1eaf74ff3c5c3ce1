package org.modelmerge.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.arithmetic.TaskArithmetic;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.engine.MergeRequest.Limits;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.TinyCheckpoint;

final class WorkloadTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path temp;

    private MergePlan plan;

    @BeforeEach
    void planASmallMerge() throws MergeException {
        TinyCheckpoint model = new TinyCheckpoint().floats("w", Shape.of(1), 1f);
        plan = new TestMerge(temp, TaskArithmetic.of(1f))
                .base(model)
                .expert(model)
                .expert(model)
                .plan();
    }

    @Test
    void takesWhatIsAskedForWithoutABound() throws MergeException {
        Workload workload = Workload.of(plan, true, _ -> 0, new Limits(5, 0, 12345));

        assertThat(workload.threads()).isEqualTo(5);
        assertThat(workload.sliceElements()).isEqualTo(12345);
        assertThat(Workload.of(plan, true, _ -> 0, new Limits(0, 0, 1)).threads())
                .isEqualTo(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void hasNoSliceLargerThanALeaf() throws MergeException {
        assertThat(Workload.of(plan, true, _ -> 0, new Limits(1, 0, Integer.MAX_VALUE))
                        .sliceElements())
                .isEqualTo(MergePlanner.LEAF_ELEMENTS);
    }

    @Test
    void staysBelowEveryBoundThatItAccepts() throws MergeException {
        int accepted = 0;
        for (long bound = 10 * MIB; bound < 400 * MIB; bound += 7 * MIB) {
            try {
                Workload workload = Workload.of(plan, true, _ -> 0, new Limits(8, bound, 1 << 16));
                assertThat(workload.peakBytes()).isLessThanOrEqualTo(bound);
                assertThat(workload.threads()).isBetween(1, 8);
                accepted++;
            } catch (MergeException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
                assertThat(accepted).as("a smaller bound was accepted").isZero();
            }
        }
        assertThat(accepted).isGreaterThan(10);
    }

    @Test
    void refusesTooLittleMemorySayingHowMuchIsNeeded() throws MergeException {
        assertThatThrownBy(() -> Workload.of(plan, false, _ -> 0, new Limits(1, 1000, 1 << 16)))
                .isInstanceOfSatisfying(MergeException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
                    assertThat(e.problem()).startsWith("--max-memory is too small (got 1000 bytes, expected at least ");
                });
        String needed = catchThrowable(() -> Workload.of(plan, false, _ -> 0, new Limits(1, 1000, 1 << 16)))
                .getMessage()
                .replaceAll(".*at least (\\d+)\\).*", "$1");
        assertThat(Workload.of(plan, false, _ -> 0, new Limits(1, Long.parseLong(needed), 1 << 16))
                        .threads())
                .isEqualTo(1);
    }
}
