package org.modelmerge.method;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Optional;
import org.modelmerge.kernel.RankWindow;
import org.modelmerge.method.Scan.SliceValues;

/// The values at some ranks, if windows of a sample hold them.
///
/// @param windows `[row][rank]`
record WindowRanks(String name, SliceValues values, RankWindow[][] windows, long[] ranks)
        implements Statistic<Optional<float[][]>> {
    @Override
    public State newState() {
        return new Counts();
    }

    @Override
    public Optional<float[][]> finish(State state) {
        WindowCounts counts = ((Counts) state).counts;
        return counts.hold(ranks) ? Optional.of(counts.values(ranks)) : Optional.empty();
    }

    private final class Counts implements State {
        private final WindowCounts counts = new WindowCounts(windows);

        @Override
        public void add(Slice slice) {
            int _ = counts.add(values.near(slice, windows));
        }

        @Override
        public void merge(State other) {
            counts.merge(((Counts) other).counts);
        }

        @Override
        public void write(DataOutput output) throws IOException {
            counts.write(output);
        }

        @Override
        public void read(DataInput input) throws IOException {
            counts.read(input);
        }
    }
}
