package org.modelmerge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.modelmerge.method.Statistic;

final class SamplingTest {
    private static List<Leaf> blocks(Sampling sampling, Leaf leaf) {
        List<Leaf> blocks = new ArrayList<>();
        sampling.forEachBlock(leaf, blocks::add);
        return blocks;
    }

    @Test
    void takesAWholeLeafOfASmallModel() {
        Leaf leaf = new Leaf(3, 2, 7, 1 << 20, 1000);
        assertThat(blocks(new Sampling(1), leaf)).containsExactly(leaf);
    }

    @Test
    void takesOneBlockOfEachRun() {
        int run = 16 * Statistic.SAMPLE_BLOCK;
        Leaf leaf = new Leaf(3, 2, 7, 1 << 20, 64 * run);
        List<Leaf> blocks = blocks(new Sampling(16), leaf);
        assertThat(blocks).hasSize(64);
        for (int k = 0; k < 64; k++) {
            long start = blocks.get(k).start() - leaf.start();
            assertThat(start / run).isEqualTo(k);
            assertThat(start % Statistic.SAMPLE_BLOCK).isZero();
            assertThat(blocks.get(k).count()).isEqualTo(Statistic.SAMPLE_BLOCK);
            assertThat(blocks.get(k).ordinal()).isEqualTo(7);
        }
        assertThat(blocks.stream()
                        .map(block -> (block.start() - leaf.start()) % run)
                        .distinct()
                        .count())
                .as("different places in their runs")
                .isGreaterThan(8);
    }

    @Test
    void neverLeavesTheLeaf() {
        int taken = 0;
        for (int ordinal = 0; ordinal < 4000; ordinal++) {
            Leaf leaf = new Leaf(0, 0, ordinal, 0, 700);
            for (Leaf block : blocks(new Sampling(4), leaf)) {
                assertThat(block.start() + block.count()).isLessThanOrEqualTo(700);
                taken += block.count();
            }
        }
        assertThat(taken / (4000 * 700.0)).as("share of many small tensors").isBetween(0.22, 0.28);
    }

    @Test
    void visitsTheSamePartsHoweverALeafIsCut() {
        Sampling sampling = new Sampling(4);
        int count = 40 * Statistic.SAMPLE_BLOCK + 77;
        List<Integer> whole = new ArrayList<>();
        sampling.forEachPart(5, 0, count, (from, to) -> addAll(whole, from, to));
        List<Integer> pieces = new ArrayList<>();
        for (int from = 0; from < count; from += 301) {
            sampling.forEachPart(5, from, Math.min(from + 301, count), (first, end) -> addAll(pieces, first, end));
        }
        assertThat(pieces).isEqualTo(whole);
        assertThat(whole.size() / (double) count).isBetween(0.24, 0.27);
    }

    private static void addAll(List<Integer> elements, int from, int to) {
        for (int element = from; element < to; element++) {
            elements.add(element);
        }
    }

    @Test
    void measuresSmallModelsWholeAndASixteenthOfLargeOnes() {
        assertThat(Sampling.ofStatistics(22_000_000, 6)).as("MiniLM").isEqualTo(Sampling.ALL);
        assertThat(Sampling.ofStatistics(110_000_000, 3)).as("BERT base").isEqualTo(Sampling.ALL);
        assertThat(Sampling.ofStatistics(530_000_000, 3)).isEqualTo(new Sampling(16));
        assertThat(Sampling.ofStatistics(7_000_000_000L, 2)).isEqualTo(new Sampling(16));
    }

    @Test
    void takesALeafThatIsShorterThanARunWhole() {
        Sampling sampling = new Sampling(8);
        assertThat(sampling.forLeafOf(8 * Statistic.SAMPLE_BLOCK - 1)).isEqualTo(Sampling.ALL);
        assertThat(sampling.forLeafOf(8 * Statistic.SAMPLE_BLOCK)).isEqualTo(sampling);
    }
}
