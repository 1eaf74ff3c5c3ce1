package org.modelmerge.engine;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.engine.WeightStatistics.Sums;
import org.modelmerge.engine.WeightStatistics.TensorStatistics;

/// The weight statistics of some leaves: sums stay apart per leaf until [#finish], which adds them in leaf order.
final class LeafStatistics {
    /// Beyond this many experts, cosines come from a sample of leaves.
    static final int COSINES_OF_ALL_LEAVES = 4;

    private static final int SAMPLE_EVERY = 16;
    private static final int SAMPLE_FROM_LEAVES = 64;

    private final int tasks;
    private final boolean sampled;
    private final boolean cosinesSampled;
    private final double[][] sums;
    private final long[][] counts;

    /// @param everyLeaf whether cosines cover every leaf, however many experts there are
    LeafStatistics(int tasks, int leafCount, boolean everyLeaf) {
        this.tasks = tasks;
        this.sampled = !everyLeaf && leafCount >= SAMPLE_FROM_LEAVES;
        this.cosinesSampled = sampled && tasks > COSINES_OF_ALL_LEAVES;
        this.sums = new double[leafCount][0];
        this.counts = new long[leafCount][0];
    }

    /// Whether a leaf is measured in full: with what only the warnings need, and with cosines of many experts.
    boolean measuresInFull(int ordinal) {
        return !sampled || ordinal % SAMPLE_EVERY == 0;
    }

    /// The length of a leaf's sums: base^2, merged^2, rounding^2, then per task tau^2, tau*merged, tau*base and
    /// narrowing^2, then tau_i*tau_k for i < k.
    static int sumCount(int tasks) {
        return 3 + 4 * tasks + tasks * (tasks - 1) / 2;
    }

    void set(int ordinal, double[] leafSums, long[] leafCounts) {
        sums[ordinal] = leafSums;
        counts[ordinal] = leafCounts;
    }

    void merge(LeafStatistics other) {
        for (int leaf = 0; leaf < sums.length; leaf++) {
            if (other.sums[leaf].length > 0) {
                sums[leaf] = other.sums[leaf];
                counts[leaf] = other.counts[leaf];
            }
        }
    }

    WeightStatistics finish(MergePlan plan, LeafGrid grid) {
        double[] totalSums = new double[sumCount(tasks)];
        long[] totalCounts = new long[4];
        double[] sampleSums = new double[sumCount(tasks)];
        long[] sampleCounts = new long[4];
        List<TensorStatistics> perTensor = new ArrayList<>();
        List<PlannedTensor> merged =
                plan.tensors().stream().filter(PlannedTensor::isMerged).toList();
        int leaf = 0;
        for (PlannedTensor tensor : merged) {
            double[] tensorSums = new double[sumCount(tasks)];
            long[] tensorCounts = new long[4];
            long leaves = Math.ceilDiv(tensor.shape().elementCount(), (long) plan.leafElements());
            for (long k = 0; k < leaves; k++, leaf++) {
                addTo(tensorSums, sums[leaf]);
                addTo(tensorCounts, counts[leaf]);
                if (measuresInFull(leaf)) {
                    addTo(sampleSums, sums[leaf]);
                    addTo(sampleCounts, counts[leaf]);
                }
            }
            perTensor.add(new TensorStatistics(tensor.name(), tensor.shape(), sums(tensorSums, tensorCounts)));
            addTo(totalSums, tensorSums);
            addTo(totalCounts, tensorCounts);
        }
        if (leaf != grid.mergedLeafCount()) {
            throw new IllegalStateException(leaf + " leaves of " + grid.mergedLeafCount());
        }
        return new WeightStatistics(
                plan.tasks(),
                perTensor,
                sums(totalSums, totalCounts),
                sums(sampleSums, sampleCounts),
                cosines(cosinesSampled ? sampleSums : totalSums),
                cosinesSampled);
    }

    private static void addTo(double[] total, double[] part) {
        for (int k = 0; k < part.length; k++) {
            total[k] += part[k];
        }
    }

    private static void addTo(long[] total, long[] part) {
        for (int k = 0; k < part.length; k++) {
            total[k] += part[k];
        }
    }

    private Sums sums(double[] s, long[] c) {
        return new Sums(
                c[0], c[1], c[2], c[3], s[0], s[1], s[2], column(s, 0), column(s, 1), column(s, 2), column(s, 3));
    }

    private double[] column(double[] s, int column) {
        double[] values = new double[tasks];
        System.arraycopy(s, 3 + column * tasks, values, 0, tasks);
        return values;
    }

    private double[][] cosines(double[] s) {
        double[] squares = column(s, 0);
        double[][] cosines = new double[tasks][tasks];
        int pair = 3 + 4 * tasks;
        for (int i = 0; i < tasks; i++) {
            cosines[i][i] = squares[i] == 0 ? Double.NaN : 1;
            for (int k = i + 1; k < tasks; k++, pair++) {
                double norms = Math.sqrt(squares[i]) * Math.sqrt(squares[k]);
                double cosine = norms == 0 ? Double.NaN : s[pair] / norms;
                cosines[i][k] = cosine;
                cosines[k][i] = cosine;
            }
        }
        return cosines;
    }

    void write(DataOutput output) throws IOException {
        for (int leaf = 0; leaf < sums.length; leaf++) {
            if (sums[leaf].length > 0) {
                output.writeInt(leaf);
                for (double sum : sums[leaf]) {
                    output.writeDouble(sum);
                }
                for (long count : counts[leaf]) {
                    output.writeLong(count);
                }
            }
        }
        output.writeInt(-1);
    }

    void read(DataInput input) throws IOException {
        for (int leaf = input.readInt(); leaf >= 0; leaf = input.readInt()) {
            sums[leaf] = new double[sumCount(tasks)];
            counts[leaf] = new long[4];
            for (int k = 0; k < sums[leaf].length; k++) {
                sums[leaf][k] = input.readDouble();
            }
            for (int k = 0; k < 4; k++) {
                counts[leaf][k] = input.readLong();
            }
        }
    }
}
