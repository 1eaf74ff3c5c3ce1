package org.modelmerge.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.LocalStorage;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.engine.CheckpointDiff.DTypeDifference;
import org.modelmerge.engine.CheckpointDiff.ShapeDifference;
import org.modelmerge.engine.CheckpointDiff.Values;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.TinyCheckpoint;

final class CheckpointDiffTest {
    @TempDir
    Path directory;

    private CheckpointDiff diff(UnaryOperator<TinyCheckpoint> a, UnaryOperator<TinyCheckpoint> b)
            throws IOException, MergeException {
        return diff(a, b, MergeObserver.NONE);
    }

    private CheckpointDiff diff(
            UnaryOperator<TinyCheckpoint> a, UnaryOperator<TinyCheckpoint> b, MergeObserver observer)
            throws IOException, MergeException {
        Path fileA = a.apply(new TinyCheckpoint()).write(directory.resolve("a.safetensors"));
        Path fileB = b.apply(new TinyCheckpoint()).write(directory.resolve("b.safetensors"));
        try (Checkpoint openA = Checkpoint.open(LocalStorage.INSTANCE, fileA);
                Checkpoint openB = Checkpoint.open(LocalStorage.INSTANCE, fileB)) {
            return CheckpointDiff.between(openA, openB, observer);
        }
    }

    private Values values(UnaryOperator<TinyCheckpoint> a, UnaryOperator<TinyCheckpoint> b)
            throws IOException, MergeException {
        return diff(a, b).tensors().getFirst().values();
    }

    @Test
    void countsChangedElementsAndMeasuresThem() throws Exception {
        Values values =
                values(a -> a.floats("w", Shape.of(3), 3, 4, 12), b -> b.floats("w", Shape.of(3), 3, 4.25f, 11.5f));

        assertThat(values.elementCount()).isEqualTo(3);
        assertThat(values.changedCount()).isEqualTo(2);
        assertThat(values.maxAbs()).isEqualTo(0.5);
        assertThat(values.relativeNorm()).isEqualTo(Math.sqrt(0.0625 + 0.25) / 13);
    }

    @Test
    void isEqualForEqualBitsWhateverTheOrderAndMetadata() throws Exception {
        CheckpointDiff diff = diff(
                a -> a.floats("w", Shape.of(1), Float.NaN).longs("i", Shape.of(1), 7), b -> b.longs("i", Shape.of(1), 7)
                        .floats("w", Shape.of(1), Float.NaN)
                        .metadata("format", "pt"));

        assertThat(diff.isEqual()).isTrue();
        assertThat(diff.total().relativeNorm()).isZero();
    }

    @Test
    void seesTheSignOfZero() throws Exception {
        CheckpointDiff diff = diff(a -> a.floats("w", Shape.of(1), 0f), b -> b.floats("w", Shape.of(1), -0f));

        assertThat(diff.isEqual()).isFalse();
        assertThat(diff.total().changedCount()).isEqualTo(1);
        assertThat(diff.total().maxAbs()).isZero();
        assertThat(diff.total().relativeNorm()).isNaN();
    }

    @Test
    void leavesNonFiniteDifferencesOutOfMaximumAndNorm() throws Exception {
        Values values = values(
                a -> a.floats("w", Shape.of(4), 1, 2, Float.POSITIVE_INFINITY, 4),
                b -> b.floats("w", Shape.of(4), Float.NaN, 2.5f, 3, 4));

        assertThat(values.changedCount()).isEqualTo(3);
        assertThat(values.nonFiniteCount()).isEqualTo(2);
        assertThat(values.maxAbs()).isEqualTo(0.5);
        assertThat(values.relativeNorm()).isEqualTo(0.5 / Math.sqrt(1 + 4 + 16));
    }

    @Test
    void listsNamesShapesAndDTypesThatDiffer() throws Exception {
        CheckpointDiff diff = diff(
                a -> a.floats("onlyA", Shape.of(1), 1)
                        .floats("s", Shape.of(2), 1, 2)
                        .floats("t", Shape.of(1), 1)
                        .floats("h", Shape.of(2), 1, 0.1f),
                b -> b.floats("onlyB", Shape.of(1), 1)
                        .floats("s", Shape.of(1, 2), 1, 2)
                        .longs("t", Shape.of(1), 1)
                        .bfloats("h", Shape.of(2), 1, 0.5f));

        assertThat(diff.onlyInA()).containsExactly("onlyA");
        assertThat(diff.onlyInB()).containsExactly("onlyB");
        assertThat(diff.shapes()).containsExactly(new ShapeDifference("s", Shape.of(2), Shape.of(1, 2)));
        assertThat(diff.dtypes())
                .containsExactly(
                        new DTypeDifference("h", DType.F32, DType.BF16),
                        new DTypeDifference("t", DType.F32, DType.I64));
        // Floats of different width are compared by value: 1 is 1, and 0.1 is not 0.5.
        assertThat(diff.tensors()).extracting(tensor -> tensor.name()).containsExactly("h");
        assertThat(diff.total().changedCount()).isEqualTo(1);
        assertThat(diff.isEqual()).isFalse();
    }

    @Test
    void subtracts64BitIntegersExactly() throws Exception {
        Values near = values(a -> a.longs("i", Shape.of(1), 1L << 53), b -> b.longs("i", Shape.of(1), (1L << 53) + 1));
        Values far =
                values(a -> a.longs("i", Shape.of(1), Long.MIN_VALUE), b -> b.longs("i", Shape.of(1), Long.MAX_VALUE));

        assertThat(near.maxAbs()).isEqualTo(1);
        assertThat(far.maxAbs()).isEqualTo(0x1p64);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F8_E4M3", "F8_E5M2", "C64", "F4", "F6_E2M3"})
    void countsOnlyWhereTheDTypeHasNoArithmetic(DType dtype) throws Exception {
        int count = 8;
        byte[] one = new byte[count * dtype.bits() / 8];
        byte[] other = one.clone();
        other[0] = 1;

        Values values = values(
                a -> a.tensor("q", dtype, Shape.of(count), one), b -> b.tensor("q", dtype, Shape.of(count), other));

        assertThat(values.changedCount()).isEqualTo(1);
        assertThat(values.maxAbs()).isNaN();
        assertThat(values.relativeNorm()).isNaN();
    }

    @Test
    void comparesEveryWindowOfALargeTensor() throws Exception {
        int count = 3 * (1 << 16) + 5;
        float[] one = new float[count];
        float[] other = one.clone();
        other[0] = 1;
        other[1 << 16] = -2;
        other[count - 1] = 3;

        Values values = values(a -> a.floats("w", Shape.of(count), one), b -> b.floats("w", Shape.of(count), other));

        assertThat(values.changedCount()).isEqualTo(3);
        assertThat(values.maxAbs()).isEqualTo(3);
        assertThat(values.differenceSquares()).isEqualTo(14);
    }

    @Test
    void coversEmptyTensors() throws Exception {
        assertThat(diff(a -> a.floats("w", Shape.of(0)), b -> b.floats("w", Shape.of(0)))
                        .isEqual())
                .isTrue();
    }

    @Test
    void stopsWhenTheObserverSaysSo() {
        MergeObserver stop = new MergeObserver() {
            @Override
            public boolean isCancelled() {
                return true;
            }
        };

        assertThatExceptionOfType(MergeException.class)
                .isThrownBy(() -> diff(a -> a.floats("w", Shape.of(1), 1), b -> b.floats("w", Shape.of(1), 1), stop))
                .satisfies(fault -> assertThat(fault.code()).isEqualTo(ErrorCode.CANCELLED));
    }
}
