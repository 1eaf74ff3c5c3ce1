package org.modelmerge.benchmarks;

import java.util.concurrent.TimeUnit;
import org.modelmerge.kernel.DotProduct;
import org.modelmerge.kernel.ElementOrder;
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

/// What does a dot product in float64 cost in lanes that the compiler turns into vectors, against one sum from left to
/// right? Both orders of elements; a product of two float32 numbers is exact, so the forms differ by the rounding of
/// sums alone.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DotProductBenchmark {
    private final float[] a = Operands.taskVector(1);
    private final float[] b = Operands.taskVector(2);
    private final DotProduct product = new DotProduct();

    @Setup
    public void check() {
        double magnitudes = 0;
        for (int j = 0; j < a.length; j++) {
            magnitudes += Math.abs((double) a[j] * b[j]);
        }
        // A sum of m terms is off by at most m half ulps of the sum of magnitudes.
        double tolerance = 2 * a.length * 0x1p-53 * magnitudes;
        Operands.require("natural order", Math.abs(inNaturalOrder() - readable()) <= tolerance);
        Operands.require("evens, then odds", Math.abs(inEvenOddOrder() - readable()) <= tolerance);
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public double inNaturalOrder() {
        product.clear();
        product.add(a, b, 0);
        return product.sum();
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public double inEvenOddOrder() {
        product.clear();
        product.add(a, b, 0, ElementOrder.EVEN_ODD);
        return product.sum();
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public double readable() {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += (double) a[j] * b[j];
        }
        return sum;
    }
}
