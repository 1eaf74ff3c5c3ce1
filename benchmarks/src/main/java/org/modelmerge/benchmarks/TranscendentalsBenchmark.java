package org.modelmerge.benchmarks;

import java.util.concurrent.TimeUnit;
import org.modelmerge.kernel.Transcendentals;
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

/// What do exp and tanh of PCB-Merging cost, against loops over StrictMath with the same bits?
///
/// The arguments of exp are those of three tasks, `3 N^2` in [0, 3]; those of tanh are products of task vectors, so
/// small that tanh is the identity, or of order 1. All forms copy their argument first.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TranscendentalsBenchmark {
    private final float[] exponents = Operands.between(0, 3, 1);
    private final float[] small = Operands.between(-1e-5f, 1e-5f, 2);
    private final float[] large = Operands.between(-4, 4, 3);
    private final float[] x = new float[Operands.SIZE];

    @Setup
    public void check() {
        Operands.requireSame("exp", exp().clone(), readableExp());
        Operands.requireSame("tanh of small numbers", tanhOfSmall().clone(), readableTanhOfSmall());
        Operands.requireSame("tanh of large numbers", tanhOfLarge().clone(), readableTanhOfLarge());
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public float[] exp() {
        System.arraycopy(exponents, 0, x, 0, x.length);
        Transcendentals.exp(x);
        return x;
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public float[] readableExp() {
        System.arraycopy(exponents, 0, x, 0, x.length);
        for (int j = 0; j < x.length; j++) {
            x[j] = (float) StrictMath.exp(x[j]);
        }
        return x;
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public float[] tanhOfSmall() {
        System.arraycopy(small, 0, x, 0, x.length);
        Transcendentals.tanh(x);
        return x;
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public float[] readableTanhOfSmall() {
        System.arraycopy(small, 0, x, 0, x.length);
        for (int j = 0; j < x.length; j++) {
            x[j] = (float) StrictMath.tanh(x[j]);
        }
        return x;
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public float[] tanhOfLarge() {
        System.arraycopy(large, 0, x, 0, x.length);
        Transcendentals.tanh(x);
        return x;
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public float[] readableTanhOfLarge() {
        System.arraycopy(large, 0, x, 0, x.length);
        for (int j = 0; j < x.length; j++) {
            x[j] = (float) StrictMath.tanh(x[j]);
        }
        return x;
    }
}
