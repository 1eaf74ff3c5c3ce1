package org.modelmerge.benchmarks;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.modelmerge.kernel.Kernels;
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

/// What do the kernels on the bits of floats save against the plain loops that compare floats?
///
/// `keepSigned` changes its argument, so both of its forms copy it first.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class KernelBenchmark {
    private static final float THRESHOLD = 0.001f;
    private static final int FALLBACK = -1;

    private final float[] tau = Operands.taskVector(1);
    private final float[] out = new float[Operands.SIZE];
    private final int[] negative = new int[Operands.SIZE];
    private final int[] count = new int[Operands.SIZE];

    @Setup
    public void check() {
        Operands.requireSame("trim", trim().clone(), readableTrim());
        Operands.require("signBalance", signBalance() == readableSignBalance());
        Operands.require("firstNonFinite", firstNonFinite() == readableFirstNonFinite());
        int[] counted = countNonZero().clone();
        Arrays.fill(count, 0);
        Operands.require("countNonZero", Arrays.equals(counted, readableCountNonZero()));
        int[] signs = signs().clone();
        int[] readable = readableSigns();
        for (int j = 0; j < Operands.SIZE; j++) {
            Operands.require("signs", signs[j] < 0 == readable[j] < 0);
        }
        // Signs of another window, so that about half of the elements go.
        Kernels.signs(Operands.taskVector(2), FALLBACK, negative);
        Operands.requireSame("keepSigned", keepSigned().clone(), readableKeepSigned());
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public float[] trim() {
        Kernels.trim(tau, THRESHOLD, out);
        return out;
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public float[] readableTrim() {
        for (int j = 0; j < out.length; j++) {
            out[j] = Math.abs(tau[j]) >= THRESHOLD ? tau[j] : 0;
        }
        return out;
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public int[] signs() {
        Kernels.signs(tau, FALLBACK, negative);
        return negative;
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public int[] readableSigns() {
        for (int j = 0; j < negative.length; j++) {
            negative[j] = tau[j] < 0 ? -1 : tau[j] > 0 ? 0 : FALLBACK;
        }
        return negative;
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public float[] keepSigned() {
        System.arraycopy(tau, 0, out, 0, out.length);
        Kernels.keepSigned(out, negative);
        return out;
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public float[] readableKeepSigned() {
        System.arraycopy(tau, 0, out, 0, out.length);
        for (int j = 0; j < out.length; j++) {
            boolean kept = negative[j] < 0 ? out[j] < 0 : out[j] > 0;
            out[j] = kept ? out[j] : 0;
        }
        return out;
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public long signBalance() {
        return Kernels.signBalance(tau);
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public long readableSignBalance() {
        long balance = 0;
        for (float value : tau) {
            balance += value > 0 ? 1 : value < 0 ? -1 : 0;
        }
        return balance;
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public int[] countNonZero() {
        Kernels.countNonZero(tau, count);
        return count;
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public int[] readableCountNonZero() {
        for (int j = 0; j < count.length; j++) {
            count[j] += tau[j] != 0 ? 1 : 0;
        }
        return count;
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public int firstNonFinite() {
        return Kernels.firstNonFinite(tau);
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public int readableFirstNonFinite() {
        for (int j = 0; j < tau.length; j++) {
            if (!Float.isFinite(tau[j])) {
                return j;
            }
        }
        return -1;
    }
}
