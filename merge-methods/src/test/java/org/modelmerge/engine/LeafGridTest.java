package org.modelmerge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.arithmetic.TaskArithmetic;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.engine.LeafGrid.Unit;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.TinyCheckpoint;

final class LeafGridTest {
    private static final int LEAF = MergePlanner.LEAF_ELEMENTS;

    @TempDir
    Path temp;

    private MergePlan plan(TinyCheckpoint model, long shardBytes) throws MergeException {
        return new TestMerge(temp, TaskArithmetic.of(1f))
                .base(model)
                .expert(model)
                .shards(shardBytes)
                .plan();
    }

    private static TinyCheckpoint mixed() {
        TinyCheckpoint model = new TinyCheckpoint()
                .tensor("a", DType.BF16, Shape.of(LEAF + 3), new byte[2 * (LEAF + 3)])
                .tensor("b", DType.U8, Shape.of(4 * LEAF + 7), new byte[4 * LEAF + 7])
                .floats("empty", Shape.of(0))
                .floats("scalar", Shape.of(), 1f);
        for (int k = 0; k < 9000; k++) {
            model.floats("tiny." + k, Shape.of(1), 1f);
        }
        return model;
    }

    /// Every byte of every output file belongs to exactly one leaf, in order.
    private static void assertCovers(MergePlan plan, LeafGrid grid) {
        int ordinal = 0;
        long[] position = new long[plan.outputs().size()];
        for (int file = 0; file < position.length; file++) {
            int of = file;
            position[file] = plan.tensors().stream()
                    .filter(tensor -> tensor.outputFile() == of)
                    .findFirst()
                    .orElseThrow()
                    .outputOffset();
        }
        for (Unit unit : grid.units()) {
            assertThat(unit.leaves()).isNotEmpty().hasSizeLessThanOrEqualTo(4096);
            for (Leaf leaf : unit.leaves()) {
                PlannedTensor tensor = plan.tensors().get(leaf.tensor());
                int grain = leaf.isMerged() ? tensor.dtype().bytes() : 1;
                assertThat(tensor.outputFile()).isEqualTo(unit.file());
                assertThat(tensor.outputOffset() + leaf.start() * grain).isEqualTo(position[unit.file()]);
                assertThat(leaf.count()).isPositive();
                position[unit.file()] += (long) leaf.count() * grain;
                assertThat(leaf.ordinal()).isEqualTo(leaf.isMerged() ? ordinal++ : -1);
            }
        }
        assertThat(grid.mergedLeafCount()).isEqualTo(ordinal);
        for (int file = 0; file < position.length; file++) {
            assertThat(position[file]).isEqualTo(plan.outputs().get(file).sizeBytes());
        }
    }

    @Test
    void coversEachByteOnce() throws MergeException {
        MergePlan plan = plan(mixed(), Long.MAX_VALUE);

        LeafGrid grid = LeafGrid.of(plan);

        assertCovers(plan, grid);
        assertThat(grid.mergedTensorCount()).isEqualTo(9003);
        assertThat(grid.mergedLeafCount()).isEqualTo(9000 + 2 + 1);
    }

    @Test
    void neverCrossesAFile() throws MergeException {
        MergePlan plan = plan(mixed(), 10_000);
        assertThat(plan.outputs()).hasSizeGreaterThan(4);

        assertCovers(plan, LeafGrid.of(plan));
    }

    @Test
    void hasNoUnitsForNoElements() throws MergeException {
        assertThat(LeafGrid.of(plan(new TinyCheckpoint().floats("e", Shape.of(0)), 10))
                        .units())
                .isEmpty();
    }
}
