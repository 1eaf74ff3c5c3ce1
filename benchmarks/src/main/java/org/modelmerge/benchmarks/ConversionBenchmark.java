package org.modelmerge.benchmarks;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.modelmerge.kernel.Conversions;
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

/// What does it cost to widen a stored number to float32 and to round it back? BF16 in the order of the engine, evens
/// then odds, against the plain loops in natural order; F16 and F32 have one form.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ConversionBenchmark {
    private static final ValueLayout.OfShort FILE_SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FILE_FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final float[] values = Operands.taskVector(1);
    private final float[] widened = new float[Operands.SIZE];
    private final short[] bf16 = new short[Operands.SIZE];
    private final short[] f16 = new short[Operands.SIZE];
    private final short[] rounded = new short[Operands.SIZE];
    private final MemorySegment stored = MemorySegment.ofArray(new byte[2 * Operands.SIZE]);
    private final MemorySegment written = MemorySegment.ofArray(new byte[2 * Operands.SIZE]);
    private final MemorySegment words = MemorySegment.ofArray(new byte[4 * Operands.SIZE]);

    @Setup
    public void check() {
        Conversions.roundToBf16(values, bf16);
        Conversions.roundToF16(values, f16);
        for (int j = 0; j < Operands.SIZE; j++) {
            stored.set(FILE_SHORT, 2L * j, bf16[j]);
            words.set(FILE_FLOAT, 4L * j, values[j]);
        }
        float[] natural = new float[Operands.SIZE];
        Conversions.widenBf16(bf16, natural);
        Conversions.widenBf16EvenOdd(stored, widened);
        for (int j = 0; j < Operands.SIZE; j++) {
            float paired = widened[ElementOrder.EVEN_ODD.index(j, Operands.SIZE)];
            Operands.require("widenBf16EvenOdd", Float.compare(paired, natural[j]) == 0);
        }
        Conversions.roundToBf16EvenOdd(widened, written);
        Operands.require("roundToBf16EvenOdd", written.mismatch(stored) == -1);
        Operands.requireSame("copyF32", copyF32(), values);
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public float[] widenBf16EvenOdd() {
        Conversions.widenBf16EvenOdd(stored, widened);
        return widened;
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public float[] readableWidenBf16() {
        Conversions.widenBf16(bf16, widened);
        return widened;
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public MemorySegment roundToBf16EvenOdd() {
        Conversions.roundToBf16EvenOdd(values, written);
        return written;
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public short[] readableRoundToBf16() {
        Conversions.roundToBf16(values, rounded);
        return rounded;
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public float[] widenF16() {
        Conversions.widenF16(f16, widened);
        return widened;
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public short[] roundToF16() {
        Conversions.roundToF16(values, rounded);
        return rounded;
    }

    @Benchmark
    @OperationsPerInvocation(Operands.SIZE)
    public float[] copyF32() {
        MemorySegment.copy(words, FILE_FLOAT, 0, widened, 0, Operands.SIZE);
        return widened;
    }
}
