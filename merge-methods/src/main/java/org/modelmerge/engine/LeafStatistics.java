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
    private final int tasks;
    private final double[][] sums;
    private final long[][] counts;

    LeafStatistics(int tasks, int leafCount) {
        this.tasks = tasks;
        this.sums = new double[leafCount][0];
        this.counts = new long[leafCount][0];
    }

    /// The length of a leaf's sums: base^2, merged^2, rounding^2, then per task tau^2, tau*merged, tau*base and
    /// narrowing^2, then tau_i*tau_k for i < k.
    static int sumCount(int tasks) {
        return 3 + 4 * tasks + tasks * (tasks - 1) / 2;
    }

    /// The length of a leaf's counts: elements measured, active, agreeing and changed ones, then per task 1 if it
    /// differs from the base in some element, measured or not.
    static int countCount(int tasks) {
        return 4 + tasks;
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

    /// Adds up: what was measured of a leaf stands for all of it.
    WeightStatistics finish(MergePlan plan, LeafGrid grid) {
        Total total = new Total();
        List<TensorStatistics> perTensor = new ArrayList<>();
        List<PlannedTensor> merged =
                plan.tensors().stream().filter(PlannedTensor::isMerged).toList();
        int leaf = 0;
        for (PlannedTensor tensor : merged) {
            Total ofTensor = new Total();
            long elements = tensor.shape().elementCount();
            for (long start = 0; start < elements; start += plan.leafElements(), leaf++) {
                ofTensor.add(leaf, Math.min(elements - start, plan.leafElements()));
            }
            perTensor.add(new TensorStatistics(tensor.name(), tensor.shape(), ofTensor.sums()));
            total.add(ofTensor);
        }
        if (leaf != grid.mergedLeafCount()) {
            throw new IllegalStateException(leaf + " leaves of " + grid.mergedLeafCount());
        }
        return new WeightStatistics(
                plan.tasks(), perTensor, total.sums(), total.measured, cosines(total.values), total.equalsBase());
    }

    private final class Total {
        private final double[] values = new double[sumCount(tasks)];
        private final double[] numbers = new double[countCount(tasks)];
        private long elements;
        private long measured;

        void add(int leaf, long leafElements) {
            double scale = (double) leafElements / counts[leaf][0];
            for (int k = 0; k < values.length; k++) {
                values[k] += scale * sums[leaf][k];
            }
            for (int k = 0; k < numbers.length; k++) {
                numbers[k] += scale * counts[leaf][k];
            }
            elements += leafElements;
            measured += counts[leaf][0];
        }

        void add(Total other) {
            for (int k = 0; k < values.length; k++) {
                values[k] += other.values[k];
            }
            for (int k = 0; k < numbers.length; k++) {
                numbers[k] += other.numbers[k];
            }
            elements += other.elements;
            measured += other.measured;
        }

        Sums sums() {
            return new Sums(
                    elements,
                    Math.round(numbers[1]),
                    Math.round(numbers[2]),
                    Math.round(numbers[3]),
                    values[0],
                    values[1],
                    values[2],
                    column(values, 0),
                    column(values, 1),
                    column(values, 2),
                    column(values, 3));
        }

        boolean[] equalsBase() {
            boolean[] equal = new boolean[tasks];
            for (int i = 0; i < tasks; i++) {
                equal[i] = numbers[4 + i] == 0;
            }
            return equal;
        }
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
            counts[leaf] = new long[countCount(tasks)];
            for (int k = 0; k < sums[leaf].length; k++) {
                sums[leaf][k] = input.readDouble();
            }
            for (int k = 0; k < counts[leaf].length; k++) {
                counts[leaf][k] = input.readLong();
            }
        }
    }
}
