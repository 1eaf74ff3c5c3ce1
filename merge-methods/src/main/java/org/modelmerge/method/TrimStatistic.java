package org.modelmerge.method;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import org.modelmerge.kernel.FloatKey;
import org.modelmerge.kernel.Kernels;
import org.modelmerge.kernel.KeyCounts;
import org.modelmerge.kernel.RankWindow;

/// The thresholds t_i of a trim by magnitude and the sign balance of what it leaves, in one pass: the balance counts
/// elements before the thresholds are known.
///
/// A value outside its task's window is kept or dropped whatever t_i will be. Where one task's value lies inside, the
/// element's sign is counted as if it were dropped, and what keeping it would change is kept per magnitude, to be added
/// up from t_i on. The few elements with several such values are remembered.
///
/// @param windows `[n][1]` of magnitudes
/// @param rank of t_i among a task's magnitudes
record TrimStatistic(String name, RankWindow[][] windows, long rank) implements Statistic<TrimStatistic.Trimmed> {
    private static final int MOST_REMEMBERED = 1 << 20;

    /// @param isThresholdKnown whether the windows held the thresholds
    /// @param threshold t_i, `[n]`
    /// @param isBalanceKnown whether the balance could be counted
    /// @param balance elements with a positive sum of what is kept, minus elements with a negative one
    record Trimmed(boolean isThresholdKnown, float[] threshold, boolean isBalanceKnown, long balance) {
        static final Trimmed UNKNOWN = new Trimmed(false, new float[0], false, 0);
    }

    @Override
    public State newState() {
        return new Counts();
    }

    @Override
    public Trimmed finish(State state) {
        Counts counts = (Counts) state;
        if (!counts.magnitudes.hold(new long[] {rank})) {
            return Trimmed.UNKNOWN;
        }
        float[] threshold = new float[windows.length];
        boolean isNumber = true;
        float[][] values = counts.magnitudes.values(new long[] {rank});
        for (int i = 0; i < threshold.length; i++) {
            threshold[i] = values[i][0];
            isNumber &= !Float.isNaN(threshold[i]);
        }
        return isNumber && counts.isBalanceKnown()
                ? new Trimmed(true, threshold, true, counts.balance(threshold))
                : new Trimmed(true, threshold, false, 0);
    }

    private static int magnitude(float value) {
        return Float.floatToRawIntBits(value) & 0x7fffffff;
    }

    /// The sign of the sum of the values whose magnitude is at least its task's key, and of the value of `kept`.
    private static int sign(float[] tau, int[] keys, int kept) {
        float sum = 0;
        for (int i = 0; i < tau.length; i++) {
            sum += i == kept || magnitude(tau[i]) >= keys[i] ? tau[i] : 0;
        }
        return sum > 0 ? 1 : sum < 0 ? -1 : 0;
    }

    private final class Counts implements State {
        private final int tasks = windows.length;
        private final WindowCounts magnitudes = new WindowCounts(windows);
        private final KeyCounts[] changes = new KeyCounts[tasks];
        private final int[] from = new int[tasks];
        private final int[] to = new int[tasks];
        private final float[] column = new float[tasks];
        private long certain;
        private float[][] remembered = new float[0][];
        private int rememberedCount;

        Counts() {
            for (int i = 0; i < tasks; i++) {
                changes[i] = new KeyCounts(MOST_REMEMBERED);
                from[i] = windows[i][0].from();
                to[i] = windows[i][0].to();
            }
        }

        @Override
        public void add(Slice slice) {
            float[][] tau = slice.tau();
            float[] sum = slice.zeros();
            float[] u = slice.scratch();
            for (int i = 0; i < tasks; i++) {
                Kernels.trimBelow(tau[i], Math.max(to[i], 0), u);
                Kernels.add(u, sum);
            }
            certain += Kernels.signBalance(sum);
            int found = magnitudes.add(slice.magnitude());
            int[] indexes = magnitudes.indexes();
            for (int h = 0; h < found; h++) {
                addUncertain(tau, indexes[h]);
            }
        }

        private void addUncertain(float[][] tau, int index) {
            int uncertain = 0;
            int task = -1;
            for (int i = 0; i < tasks; i++) {
                column[i] = tau[i][index];
                int magnitude = magnitude(column[i]);
                // Whether a zero is kept changes no sum.
                if (magnitude > 0 && magnitude >= from[i] && magnitude < to[i]) {
                    uncertain++;
                    task = i;
                }
            }
            if (uncertain == 0) {
                return;
            }
            int dropped = sign(column, to, -1);
            if (uncertain == 1) {
                int change = sign(column, to, task) - dropped;
                if (change != 0) {
                    changes[task].add(magnitude(column[task]), change);
                }
            } else {
                certain -= dropped;
                remember(column.clone());
            }
        }

        private void remember(float[] tau) {
            if (rememberedCount < MOST_REMEMBERED) {
                if (rememberedCount == remembered.length) {
                    remembered = Arrays.copyOf(remembered, Math.max(16, 2 * rememberedCount));
                }
                remembered[rememberedCount] = tau;
            }
            rememberedCount = Math.min(rememberedCount + 1, MOST_REMEMBERED + 1);
        }

        boolean isBalanceKnown() {
            boolean known = rememberedCount <= MOST_REMEMBERED;
            for (KeyCounts change : changes) {
                known &= !change.isOverflown();
            }
            return known;
        }

        long balance(float[] threshold) {
            int[] keys = new int[tasks];
            long balance = certain;
            for (int i = 0; i < tasks; i++) {
                keys[i] = FloatKey.of(threshold[i]);
                for (int key : changes[i].keys()) {
                    balance += key >= keys[i] ? changes[i].weight(key) : 0;
                }
            }
            for (int k = 0; k < rememberedCount; k++) {
                balance += sign(remembered[k], keys, -1);
            }
            return balance;
        }

        @Override
        public void merge(State other) {
            Counts theirs = (Counts) other;
            magnitudes.merge(theirs.magnitudes);
            certain += theirs.certain;
            for (int i = 0; i < tasks; i++) {
                changes[i].addAll(theirs.changes[i]);
            }
            if (theirs.rememberedCount <= MOST_REMEMBERED) {
                for (int k = 0; k < theirs.rememberedCount; k++) {
                    remember(theirs.remembered[k]);
                }
            } else {
                rememberedCount = MOST_REMEMBERED + 1;
            }
        }

        @Override
        public void write(DataOutput output) throws IOException {
            magnitudes.write(output);
            output.writeLong(certain);
            for (KeyCounts change : changes) {
                WindowCounts.write(change, output);
            }
            output.writeInt(rememberedCount);
            if (rememberedCount <= MOST_REMEMBERED) {
                // One form, whatever the order of slices.
                float[][] sorted = Arrays.copyOf(remembered, rememberedCount);
                Arrays.sort(sorted, Arrays::compare);
                for (float[] tau : sorted) {
                    for (float value : tau) {
                        output.writeFloat(value);
                    }
                }
            }
        }

        @Override
        public void read(DataInput input) throws IOException {
            magnitudes.read(input);
            certain = input.readLong();
            for (KeyCounts change : changes) {
                WindowCounts.read(change, input);
            }
            int count = input.readInt();
            if (count > MOST_REMEMBERED) {
                rememberedCount = count;
                return;
            }
            for (int k = 0; k < count; k++) {
                float[] tau = new float[tasks];
                for (int i = 0; i < tasks; i++) {
                    tau[i] = input.readFloat();
                }
                remember(tau);
            }
        }
    }
}
