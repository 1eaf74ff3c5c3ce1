package org.modelmerge.method;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.function.LongUnaryOperator;
import org.modelmerge.error.MergeException;
import org.modelmerge.kernel.RankHistogram;
import org.modelmerge.kernel.RankHistogram.Position;
import org.modelmerge.method.Scan.SliceValues;

/// Exact ranks by histograms of both halves of the keys: [Scan#exactRanks] and [Scan#tensorRanks].
final class RankStatistics {
    private RankStatistics() {}

    /// Where the ranks fall after the first pass, `[row][rank]`.
    record Bins(Position[][] positions, long[] ranks) {}

    /// First pass: a histogram of the upper halves of the keys, per row.
    record Upper(String name, SliceValues values, long[] ranks) implements Statistic<Bins> {
        @Override
        public State newState() {
            return new UpperCounts(values);
        }

        @Override
        public Bins finish(State state) {
            long[][] counts = ((UpperCounts) state).counts;
            Position[][] positions = new Position[counts.length][ranks.length];
            for (int row = 0; row < counts.length; row++) {
                for (int r = 0; r < ranks.length; r++) {
                    positions[row][r] = RankHistogram.locate(counts[row], ranks[r]);
                }
            }
            return new Bins(positions, ranks);
        }
    }

    /// Histograms of the upper halves.
    static final class UpperCounts extends CountState {
        private final SliceValues values;

        UpperCounts(SliceValues values) {
            this.values = values;
        }

        @Override
        public void add(Slice slice) {
            float[][] rows = values.of(slice);
            grow(rows.length);
            for (int row = 0; row < rows.length; row++) {
                RankHistogram.countUpper(rows[row], counts[row]);
            }
        }
    }

    /// Second pass: a histogram of the lower halves inside each wanted bin.
    record Lower(String name, SliceValues values, Bins bins) implements Statistic<float[][]> {
        @Override
        public State newState() {
            return new LowerCounts();
        }

        @Override
        public float[][] finish(State state) {
            long[][] counts = ((LowerCounts) state).counts;
            int rankCount = bins.ranks().length;
            float[][] found = new float[bins.positions().length][rankCount];
            for (int row = 0; row < found.length; row++) {
                for (int r = 0; r < rankCount; r++) {
                    Position upper = bins.positions()[row][r];
                    long[] inBin = counts[row * rankCount + firstWithSameBin(row, r)];
                    int lower = RankHistogram.locate(inBin, bins.ranks()[r] - upper.below())
                            .bin();
                    found[row][r] = RankHistogram.decode(upper.bin(), lower);
                }
            }
            return found;
        }

        private int firstWithSameBin(int row, int rank) {
            int first = 0;
            while (bins.positions()[row][first].bin() != bins.positions()[row][rank].bin()) {
                first++;
            }
            return first;
        }

        private final class LowerCounts extends CountState {
            @Override
            public void add(Slice slice) {
                float[][] rows = values.of(slice);
                int rankCount = bins.ranks().length;
                grow(rows.length * rankCount);
                for (int row = 0; row < rows.length; row++) {
                    for (int r = 0; r < rankCount; r++) {
                        if (firstWithSameBin(row, r) == r) {
                            int bin = bins.positions()[row][r].bin();
                            RankHistogram.countLower(rows[row], bin, counts[row * rankCount + r]);
                        }
                    }
                }
            }
        }
    }

    /// One rank of each tensor, `[tensor][row]`.
    record PerTensor(String name, SliceValues values, LongUnaryOperator rank, int tensorCount)
            implements Statistic.OfTensors<float[][]> {
        @Override
        public TensorState newState() {
            return new Found();
        }

        @Override
        public float[][] finish(State state) {
            return ((Found) state).found;
        }

        private final class Found implements TensorState {
            private final float[][] found = new float[tensorCount][0];

            @Override
            public void addTensor(Tensor tensor) throws MergeException {
                long wanted = rank.applyAsLong(tensor.size());
                if (wanted < 0) {
                    found[tensor.index()] = new float[tensor.taskCount()];
                    return;
                }
                Upper first = new Upper(name, values, new long[] {wanted});
                State upper = first.newState();
                tensor.forEachSlice(upper::add);
                Lower second = new Lower(name, values, first.finish(upper));
                State lower = second.newState();
                tensor.forEachSlice(lower::add);
                float[][] perRow = second.finish(lower);
                float[] row = new float[perRow.length];
                for (int i = 0; i < row.length; i++) {
                    row[i] = perRow[i][0];
                }
                found[tensor.index()] = row;
            }

            @Override
            public void merge(State other) {
                float[][] theirs = ((Found) other).found;
                for (int t = 0; t < found.length; t++) {
                    if (theirs[t].length > 0) {
                        found[t] = theirs[t];
                    }
                }
            }

            @Override
            public void write(DataOutput output) throws IOException {
                for (float[] row : found) {
                    output.writeInt(row.length);
                    for (float value : row) {
                        output.writeFloat(value);
                    }
                }
            }

            @Override
            public void read(DataInput input) throws IOException {
                for (int t = 0; t < found.length; t++) {
                    found[t] = new float[input.readInt()];
                    for (int i = 0; i < found[t].length; i++) {
                        found[t][i] = input.readFloat();
                    }
                }
            }
        }
    }

    /// Histograms that add.
    abstract static class CountState implements Statistic.State {
        long[][] counts = new long[0][];

        final void grow(int rows) {
            if (counts.length == 0) {
                counts = new long[rows][RankHistogram.BINS];
            }
        }

        @Override
        public final void merge(Statistic.State other) {
            long[][] theirs = ((CountState) other).counts;
            if (theirs.length == 0) {
                return;
            }
            grow(theirs.length);
            for (int row = 0; row < counts.length; row++) {
                for (int bin = 0; bin < RankHistogram.BINS; bin++) {
                    counts[row][bin] += theirs[row][bin];
                }
            }
        }

        @Override
        public final void write(DataOutput output) throws IOException {
            output.writeInt(counts.length);
            for (long[] row : counts) {
                int filled = 0;
                for (long count : row) {
                    filled += count != 0 ? 1 : 0;
                }
                output.writeInt(filled);
                for (int bin = 0; bin < row.length; bin++) {
                    if (row[bin] != 0) {
                        output.writeInt(bin);
                        output.writeLong(row[bin]);
                    }
                }
            }
        }

        @Override
        public final void read(DataInput input) throws IOException {
            counts = new long[0][];
            int rows = input.readInt();
            if (rows > 0) {
                grow(rows);
            }
            for (int row = 0; row < rows; row++) {
                int filled = input.readInt();
                for (int k = 0; k < filled; k++) {
                    int bin = input.readInt();
                    counts[row][bin] = input.readLong();
                }
            }
        }
    }
}
