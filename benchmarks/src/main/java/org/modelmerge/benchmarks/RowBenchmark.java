package org.modelmerge.benchmarks;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.modelmerge.kernel.RowPairSums;
import org.modelmerge.kernel.RowRotation;
import org.modelmerge.kernel.RowSums;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What does a multiplication with its addition cost in the panel of a matrix product: in one sum at a time, in two,
/// and in the loop over single elements? And an element of two rotated rows?
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RowBenchmark {
    private static final int DEPTH = 16;
    private static final int TARGETS = 16;
    private static final int WIDTH = RowPairSums.PITCH;
    private static final int PRODUCTS = DEPTH * TARGETS * WIDTH;
    private static final int ROTATED = 64;

    private final float[][] rows = new float[DEPTH][];
    private final float[][] factors = new float[TARGETS][];
    private final float[][] sums = new float[TARGETS][WIDTH];
    private final float[][] pairs = new float[TARGETS / 2][2 * WIDTH];
    private final double[] rotated = new double[ROTATED * RowRotation.WIDTH];

    @Setup
    public void check() {
        for (int k = 0; k < DEPTH; k++) {
            rows[k] = Arrays.copyOf(Operands.between(-1, 1, k), WIDTH);
        }
        for (int t = 0; t < TARGETS; t++) {
            factors[t] = Arrays.copyOf(Operands.between(-1, 1, DEPTH + t), DEPTH);
        }
        float[][] expected = clone(readable());
        clear();
        float[][] single = clone(single());
        clear();
        float[][] paired = paired();
        for (int t = 0; t < TARGETS; t++) {
            Operands.requireSame("RowSums", single[t], expected[t]);
            float[] half = Arrays.copyOfRange(paired[t / 2], t % 2 * WIDTH, (t % 2 + 1) * WIDTH);
            Operands.requireSame("RowPairSums", half, expected[t]);
        }
        Arrays.setAll(rotated, j -> Math.floorMod(j * 31, 97) - 48);
        double[] start = rotated.clone();
        double[] turned = rotations().clone();
        System.arraycopy(start, 0, rotated, 0, start.length);
        Operands.require("RowRotation", Arrays.equals(turned, readableRotations()));
    }

    private void clear() {
        for (float[] sum : sums) {
            Arrays.fill(sum, 0);
        }
        for (float[] pair : pairs) {
            Arrays.fill(pair, 0);
        }
    }

    private static float[][] clone(float[][] rows) {
        return Arrays.stream(rows).map(float[]::clone).toArray(float[][]::new);
    }

    @Benchmark
    @OperationsPerInvocation(PRODUCTS)
    public float[][] single() {
        for (int k = 0; k < DEPTH; k += RowSums.ROWS) {
            for (int t = 0; t < TARGETS; t++) {
                RowSums.add(factors[t], k, rows, k, sums[t], WIDTH);
            }
        }
        return sums;
    }

    @Benchmark
    @OperationsPerInvocation(PRODUCTS)
    public float[][] paired() {
        for (int k = 0; k < DEPTH; k += RowPairSums.ROWS) {
            for (int t = 0; t < TARGETS; t += 2) {
                RowPairSums.add(factors[t], factors[t + 1], k, rows, k, pairs[t / 2], WIDTH);
            }
        }
        return pairs;
    }

    @Benchmark
    @OperationsPerInvocation(PRODUCTS)
    public float[][] readable() {
        for (int t = 0; t < TARGETS; t++) {
            for (int j = 0; j < WIDTH; j++) {
                for (int k = 0; k < DEPTH; k++) {
                    sums[t][j] += factors[t][k] * rows[k][j];
                }
            }
        }
        return sums;
    }

    @Benchmark
    @OperationsPerInvocation((ROTATED - 1) * RowRotation.WIDTH)
    public double[] rotations() {
        for (int a = 0; a + 1 < ROTATED; a++) {
            RowRotation.apply(rotated, a, 0.6, 0.8);
        }
        return rotated;
    }

    @Benchmark
    @OperationsPerInvocation((ROTATED - 1) * RowRotation.WIDTH)
    public double[] readableRotations() {
        for (int a = 0; a + 1 < ROTATED; a++) {
            int upper = a * RowRotation.WIDTH;
            int lower = upper + RowRotation.WIDTH;
            for (int end = lower; upper < end; upper++, lower++) {
                double x = rotated[upper];
                double y = rotated[lower];
                rotated[upper] = 0.6 * x + 0.8 * y;
                rotated[lower] = 0.6 * y - 0.8 * x;
            }
        }
        return rotated;
    }
}
