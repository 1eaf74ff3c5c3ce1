package org.modelmerge.benchmarks;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.modelmerge.error.MergeException;
import org.modelmerge.svd.RowSource;
import org.modelmerge.svd.SvdMode;
import org.modelmerge.svd.TruncatedSvd;
import org.modelmerge.svd.Workers;
import org.modelmerge.svd.Workspace;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What does a truncated decomposition cost, on all cores? Ranks are those of a mask rate of 90%, and 64. The matrix is
/// noise, whose spectrum is the hardest.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2)
@Measurement(iterations = 5)
public class SvdBenchmark {
    /// Side of the square matrix and rank.
    @Param({"384:38", "768:76", "4096:64", "4096:409"})
    private String work = "";

    private int rank;
    private float[][] matrix = {};
    private RowSource source = RowSource.of(matrix, 0);
    private final Workspace workspace =
            new Workspace(new Workers(Runtime.getRuntime().availableProcessors()));

    @Setup
    public void prepare() throws MergeException {
        int colon = work.indexOf(':');
        int side = Integer.parseInt(work.substring(0, colon));
        rank = Integer.parseInt(work.substring(colon + 1));
        SplittableRandom random = new SplittableRandom(1);
        matrix = new float[side][side];
        for (float[] row : matrix) {
            for (int j = 0; j < side; j++) {
                row[j] = random.nextFloat() - 0.5f;
            }
        }
        source = RowSource.of(matrix, side);
        // The largest singular values of noise hold four times their share of the energy, less as ranks grow.
        double share = (double) rank / side;
        Operands.require("energy", decompose().energyKept() > 2 * share);
    }

    @Benchmark
    public TruncatedSvd decompose() throws MergeException {
        return TruncatedSvd.of(source, rank, SvdMode.AUTO, 1, workspace);
    }
}
