package org.modelmerge.learning;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.modelmerge.engine.MergeJob;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.error.MergeException;
import org.modelmerge.learning.TaskVectors.Block;

/// What a reader of blocks keeps between them.
final class BlockReaderTest {
    private static final int MOST = 16;

    private static Block block(MergeJob job, int count) {
        PlannedTensor tensor = job.plan().tensors().stream()
                .filter(planned -> planned.isMerged() && planned.shape().elementCount() >= count)
                .findFirst()
                .orElseThrow();
        return new Block(tensor, 0, 0, count);
    }

    @Test
    void usesTheSameArraysWheneverALengthComesBack() throws MergeException {
        try (MergeJob job = MergeJob.open(ToyCase.models())) {
            BlockReader reader = new BlockReader(job, null, MOST);
            BlockReader.Values first = reader.read(block(job, MOST));
            float[] scratch = reader.scratch(MOST);
            BlockReader.Values other = reader.read(block(job, 3));

            BlockReader.Values again = reader.read(block(job, MOST));

            assertThat(other.base()).hasSize(3);
            assertThat(again.base()).isSameAs(first.base());
            assertThat(again.tau()[1]).isSameAs(first.tau()[1]);
            assertThat(reader.scratch(MOST)).isSameAs(scratch);
        }
    }

    @Test
    void keepsArraysOfFewLengthsOnly() throws MergeException {
        try (MergeJob job = MergeJob.open(ToyCase.models())) {
            BlockReader reader = new BlockReader(job, null, MOST);
            float[] first = reader.scratch(MOST);
            for (int count = MOST - 1; count > 0; count--) {
                reader.scratch(count);
            }

            assertThat(reader.scratch(MOST)).isNotSameAs(first).hasSize(MOST);
        }
    }
}
