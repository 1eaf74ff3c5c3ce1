package org.modelmerge.benchmarks;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.modelmerge.kernel.FloatKey;
import org.modelmerge.kernel.Kernels;
import org.modelmerge.kernel.RankHistogram;
import org.modelmerge.kernel.RankHistogram.Position;
import org.modelmerge.kernel.RankWindow;
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

/// What does the value at a rank cost, by two passes that count the halves of keys or by one pass with a window that a
/// sample gave? The window holds 0.5% of the values, around the rank that density 20% asks for.
///
/// The first form is exact whatever the sample; the second is if the window holds the rank, which its count tells.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RankBenchmark {
    private static final int RANK = Operands.SIZE * 4 / 5;
    private static final int HALF_WINDOW = Operands.SIZE / 400;

    private final float[] magnitudes = Operands.taskVector(1);
    private final long[] upper = new long[RankHistogram.BINS];
    private final long[] lower = new long[RankHistogram.BINS];
    private final int[] flags = new int[Operands.SIZE];
    private final int[] indexes = new int[Operands.SIZE];
    private Position position = new Position(0, 0);
    private RankWindow window = RankWindow.ALL;
    private int below;

    @Setup
    public void check() {
        Kernels.magnitude(magnitudes, magnitudes);
        float[] sorted = magnitudes.clone();
        Arrays.sort(sorted);
        RankHistogram.countUpper(magnitudes, upper);
        position = RankHistogram.locate(upper, RANK);
        RankHistogram.countLower(magnitudes, position.bin(), lower);
        int half = RankHistogram.locate(lower, RANK - position.below()).bin();
        Operands.require("histogram", RankHistogram.decode(position.bin(), half) == sorted[RANK]);

        int from = FloatKey.of(sorted[RANK - HALF_WINDOW]);
        window = new RankWindow(from, FloatKey.of(sorted[RANK + HALF_WINDOW]));
        int found = window();
        float[] inside = new float[found];
        for (int k = 0; k < found; k++) {
            inside[k] = magnitudes[indexes[k]];
        }
        Arrays.sort(inside);
        Operands.require("window", inside[RANK - below] == sorted[RANK]);
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public int window() {
        Arrays.fill(flags, 0);
        below = window.count(magnitudes, flags);
        return RankWindow.list(flags, indexes);
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public long[] readableHistogram() {
        RankHistogram.countUpper(magnitudes, upper);
        RankHistogram.countLower(magnitudes, position.bin(), lower);
        return lower;
    }
}
