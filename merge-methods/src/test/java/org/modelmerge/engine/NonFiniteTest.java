package org.modelmerge.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.modelmerge.arithmetic.TaskArithmetic;
import org.modelmerge.average.Average;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Coefficients;
import org.modelmerge.method.Density;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.pcb.Degenerate;
import org.modelmerge.pcb.Pcb;
import org.modelmerge.pcb.PcbVariant;
import org.modelmerge.testing.TinyCheckpoint;

/// Numbers that are not finite, going in and coming out.
final class NonFiniteTest {
    @TempDir
    Path temp;

    private static MergeException failure(TestMerge merge) {
        return Objects.requireNonNull(catchThrowableOfType(MergeException.class, merge::run), "nothing was refused");
    }

    private static TinyCheckpoint w(float... values) {
        return new TinyCheckpoint().floats("w", Shape.of(values.length), values);
    }

    private static float[] values(TestMerge.Output output) throws MergeException {
        return output.tensors().get("w").floats();
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void refusesNonFiniteInputNamingFileTensorAndIndex(float bad) {
        SplittableRandom random = new SplittableRandom(51);
        TestModel base = TestModel.random(random, 10, 1000, 20);
        for (MergeMethod method : Methods.all(base)) {
            for (int model = 0; model < 4; model++) {
                float[] broken = base.floats();
                broken[10 + 777] = bad;
                TestModel good = base.fineTuned(random);
                TestModel poisoned = base.withFloats(broken);
                TestMerge merge = new TestMerge(temp, method)
                        .models(
                                model == 0 ? poisoned : base,
                                List.of(
                                        model == 1 ? poisoned : good,
                                        model == 2 ? poisoned : good,
                                        model == 3 ? poisoned : good))
                        .limits(2, 100);

                MergeException e = failure(merge);

                assertThat(e.code()).isEqualTo(ErrorCode.NON_FINITE);
                assertThat(e.tensor()).isEqualTo("layer.1.weight");
                assertThat(e.file())
                        .isEqualTo((model == 0
                                        ? merge.basePath()
                                        : merge.expertPaths().get(model - 1))
                                .toString());
                assertThat(e.problem())
                        .isEqualTo("element 777 is not finite (got " + bad + ", expected a finite number)");
                assertThat(e.hint()).contains("--allow-nonfinite");
            }
        }
    }

    @Test
    void reportsTheFirstInPlanOrderWhateverTheThreads() {
        SplittableRandom random = new SplittableRandom(52);
        int[] sizes = new int[40];
        Arrays.fill(sizes, (1 << 18) + 1);
        TestModel base = TestModel.random(random, sizes);
        float[] broken = base.floats();
        for (int t = 9; t < sizes.length; t++) {
            broken[t * sizes[0] + 5 + t] = Float.NaN;
        }
        TestMerge merge = new TestMerge(temp, Average.plain()).models(base, List.of(base, base.withFloats(broken)));
        String first = failure(merge.limits(1, 4096)).getMessage();

        for (int threads : new int[] {2, 3, 7, 16}) {
            for (int k = 0; k < 3; k++) {
                assertThat(failure(merge.limits(threads, 4096))).hasMessage(first);
            }
        }
    }

    @Test
    void readsFloat64BeyondTheRangeOfFloat32AsNonFinite() {
        TinyCheckpoint base = new TinyCheckpoint().doubles("w", Shape.of(2), 1, 1e300);

        MergeException e =
                failure(new TestMerge(temp, TaskArithmetic.of(1f)).base(base).expert(base));

        assertThat(e.code()).isEqualTo(ErrorCode.NON_FINITE);
        assertThat(e.problem()).contains("element 1");
    }

    @Test
    void refusesAResultThatOverflowsFloat32() {
        TestMerge merge =
                new TestMerge(temp, TaskArithmetic.of(3f)).base(w(0f, 0f, 1f)).expert(w(1f, 3e38f, 1f));

        MergeException e = failure(merge);

        assertThat(e.code()).isEqualTo(ErrorCode.OVERFLOW);
        assertThat(e.tensor()).isEqualTo("w");
        assertThat(e.problem()).isEqualTo("element 1 of the result does not fit F32 (got Infinity from base 0.0)");
        assertThat(e.hint()).contains("--allow-nonfinite").doesNotContain("--dtype");
    }

    @Test
    void refusesAResultThatOverflowsTheOutputsDType() throws MergeException {
        TestMerge merge = new TestMerge(temp, Average.plain())
                .base(w(1f, 1f))
                .expert(w(65519f, 65520f))
                .dtype(DType.F16);

        MergeException e = failure(merge);

        assertThat(e.code()).isEqualTo(ErrorCode.OVERFLOW);
        assertThat(e.problem()).isEqualTo("element 1 of the result does not fit F16 (got 65520.0 from base 1.0)");
        assertThat(e.hint()).contains("--dtype f32");
        assertThat(values(merge.allowNonfinite().run())).containsExactly(65504f, Float.POSITIVE_INFINITY);
    }

    @Test
    void letsNonFiniteNumbersPassWhenAllowed() throws MergeException {
        TestMerge merge = new TestMerge(temp, TaskArithmetic.of(1f))
                .base(w(1f, 1f, Float.NaN, Float.POSITIVE_INFINITY, -0f))
                .expert(w(Float.NaN, Float.NEGATIVE_INFINITY, 2f, Float.POSITIVE_INFINITY, -0f))
                .allowNonfinite();

        assertThat(values(merge.run()))
                .containsExactly(Float.NaN, Float.NEGATIVE_INFINITY, Float.NaN, Float.POSITIVE_INFINITY, -0f);
    }

    @Test
    void doesNotCheckCopiedTensors() throws MergeException {
        TinyCheckpoint base = w(1f).floats("head", Shape.of(1), Float.NaN);

        TestMerge.Output output = new TestMerge(temp, TaskArithmetic.of(1f))
                .base(base)
                .expert(base)
                .exclude("head")
                .run();

        assertThat(output.tensors().get("head").floats()).containsExactly(Float.NaN);
    }

    @Test
    void givesTheOfficialNanForATaskWithoutScale() throws MergeException {
        TinyCheckpoint base = w(0f, 0f, 0f, 0f);
        TinyCheckpoint constant = w(1f, -1f, 1f, 1f);
        TinyCheckpoint ordinary = w(1f, 2f, 3f, 4f);
        TestMerge merge =
                new TestMerge(temp, Average.plain()).base(base).expert(constant).expert(ordinary);
        for (PcbVariant variant : PcbVariant.values()) {
            Coefficients one = Coefficients.shared(1f);
            Density half = Density.percent(50);
            merge.method(new Pcb(variant, half, one, Degenerate.NAN));
            assertThat(values(merge.run())).containsOnly(Float.NaN);

            MergeException e = failure(merge.method(new Pcb(variant, half, one, Degenerate.FAIL)));
            assertThat(e.code()).isEqualTo(ErrorCode.DEGENERATE);
            assertThat(e.problem())
                    .isEqualTo("task expert-0 cannot be balanced: its clamped magnitudes are all equal (1.0, D = 4)");
            assertThat(e.hint()).contains("--degenerate skip-task");
        }
    }

    @Test
    void refusesWhenSkippingLeavesNoTask() {
        MergeException e = failure(new TestMerge(
                        temp,
                        new Pcb(PcbVariant.ROOT, Density.percent(50), Coefficients.shared(1f), Degenerate.SKIP_TASK))
                .base(w(0f, 0f))
                .expert(w(0f, 0f))
                .expert(w(1f, 1f)));

        assertThat(e.code()).isEqualTo(ErrorCode.DEGENERATE);
        assertThat(e.problem()).contains("no other task is left");
    }
}
