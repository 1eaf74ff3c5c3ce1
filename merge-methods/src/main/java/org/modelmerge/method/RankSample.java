package org.modelmerge.method;

import org.modelmerge.kernel.RankHistogram;
import org.modelmerge.kernel.RankWindow;
import org.modelmerge.method.Scan.SliceValues;

/// Windows of values that hold wanted ranks, from histograms of a sample.
///
/// The value at a share p of all values lies near the share p of the m sampled ones. How near, in ranks, is bounded by
/// eight standard deviations `sqrt(m p (1 - p))` of independent draws, and, since neighbours in a tensor are alike, by
/// four of draws of whole blocks whose own shares deviate by as much as `p (1 - p) / 2` from p. Whoever uses a window
/// counts what lies below it, and so knows whether it held the rank.
///
/// @param ranks in all values
/// @param size the number of all values
record RankSample(String name, SliceValues values, long[] ranks, long size) implements Statistic<RankWindow[][]> {
    private static final double DEVIATIONS = 8;
    private static final double BLOCK_DEVIATIONS = 4;

    @Override
    public boolean isSampled() {
        return true;
    }

    @Override
    public State newState() {
        return new RankStatistics.UpperCounts(values);
    }

    @Override
    public RankWindow[][] finish(State state) {
        long[][] counts = ((RankStatistics.UpperCounts) state).counts;
        RankWindow[][] windows = new RankWindow[counts.length][ranks.length];
        for (int row = 0; row < counts.length; row++) {
            long sampled = 0;
            for (long count : counts[row]) {
                sampled += count;
            }
            for (int r = 0; r < ranks.length; r++) {
                windows[row][r] = window(counts[row], sampled, ranks[r]);
            }
        }
        return windows;
    }

    private RankWindow window(long[] counts, long sampled, long rank) {
        if (sampled == size) {
            int bin = RankHistogram.locate(counts, rank).bin();
            return RankWindow.ofBins(bin, bin);
        }
        double p = (double) rank / size;
        double independent = DEVIATIONS * (Math.sqrt(sampled * p * (1 - p)) + 1);
        double blocks = BLOCK_DEVIATIONS * p * (1 - p) / 2 * Math.sqrt((double) sampled * SAMPLE_BLOCK);
        double margin = Math.max(independent, blocks);
        double low = sampled * p - margin;
        double high = sampled * p + margin;
        // Whole bins: values that lie on a grid, as differences of BF16 numbers do, crowd at the edges of theirs.
        return RankWindow.ofBins(
                low < 0 ? 0 : RankHistogram.locate(counts, (long) low).bin(),
                high >= sampled
                        ? RankHistogram.BINS - 1
                        : RankHistogram.locate(counts, (long) high).bin());
    }
}
