package org.modelmerge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.arithmetic.TaskArithmetic;
import org.modelmerge.average.Average;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.TinyCheckpoint;

/// What the tool says about models that can be merged but look wrong.
final class WarningsTest {
    private static final String UNRELATED = "does not look like a fine-tune of this base";

    @TempDir
    Path temp;

    /// A real model and its real fine-tune.
    private static Path sample(String name) {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path file = folder.resolve("samples/ani").resolve(name);
            if (Files.exists(file)) {
                return file;
            }
        }
        throw new IllegalStateException("no samples/ani/" + name);
    }

    private static List<String> warnings(TestMerge merge) throws MergeException {
        return merge.run().result().warnings();
    }

    @Test
    void takesARealFineTuneForRelated() throws MergeException {
        TestMerge merge = new TestMerge(temp, TaskArithmetic.of(0.5f))
                .paths(sample("ani-1x-0.safetensors"), List.of(sample("ani-1ccx-0.safetensors")));

        assertThat(warnings(merge)).noneMatch(warning -> warning.contains(UNRELATED));
    }

    @Test
    void warnsOfAnExpertOfAnotherBase() throws Exception {
        Path base = sample("ani-1x-0.safetensors");
        TinyCheckpoint shuffled = new TinyCheckpoint();
        Random random = new Random(7);
        for (TestTensor tensor : TestMerge.read(base).values()) {
            if (tensor.dtype().isFloat()) {
                float[] values = tensor.floats();
                for (int j = values.length - 1; j > 0; j--) {
                    int k = random.nextInt(j + 1);
                    float swapped = values[j];
                    values[j] = values[k];
                    values[k] = swapped;
                }
                TestTensor mixed = tensor.with(tensor.dtype(), values);
                shuffled.tensor(mixed.name(), mixed.dtype(), mixed.shape(), mixed.bytes());
            } else {
                shuffled.tensor(tensor.name(), tensor.dtype(), tensor.shape(), tensor.bytes());
            }
        }
        Path stranger = shuffled.write(temp.resolve("stranger.safetensors"));

        List<String> warnings = warnings(new TestMerge(temp, TaskArithmetic.of(0.5f))
                .paths(base, List.of(sample("ani-1ccx-0.safetensors"), stranger)));

        assertThat(warnings)
                .filteredOn(warning -> warning.contains(UNRELATED))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("expert stranger " + UNRELATED + ": the cosine of their weights is ");
    }

    private static TestModel model(DType dtype, float... values) {
        return new TestModel(List.of(TestTensor.of("w", dtype, Shape.of(values.length), values)));
    }

    /// Values whose BF16 neighbours are far away, and a fine-tune that moves them a little.
    private static float[] fine(float change) {
        float[] values = new float[300];
        for (int j = 0; j < values.length; j++) {
            values[j] = 1 + j / 1000f + change * (j % 3);
        }
        return values;
    }

    @Test
    void warnsOfAnExpertThatLostItsChangesInBf16() throws MergeException {
        TestMerge merge = new TestMerge(temp, TaskArithmetic.of(0.5f))
                .models(model(DType.F32, fine(0)), List.of(model(DType.BF16, fine(1e-4f))));

        assertThat(merge.run().result().warnings())
                .anyMatch(w -> w.startsWith("expert expert-0 is BF16 and the base F32"))
                .anyMatch(
                        w -> w.startsWith("expert expert-0 is stored in fewer bits than the base: rounding makes up"));
    }

    @Test
    void doesNotWarnOfBf16WhenTheBaseIsBf16Too() throws MergeException {
        List<String> warnings = warnings(new TestMerge(temp, TaskArithmetic.of(1f))
                .models(model(DType.BF16, fine(0)), List.of(model(DType.BF16, fine(0.1f)))));

        assertThat(warnings).isEmpty();
    }

    @Test
    void warnsWhenRoundingTheOutputLosesTheMerge() throws MergeException {
        TestMerge merge = new TestMerge(temp, TaskArithmetic.of(0.1f))
                .models(model(DType.BF16, fine(0)), List.of(model(DType.F32, fine(1e-4f))));

        assertThat(warnings(merge)).anyMatch(w -> w.startsWith("rounding to the output's dtype changes the merged"));
        assertThat(warnings(merge.dtype(DType.F32))).noneMatch(w -> w.startsWith("rounding"));
    }

    @Test
    void warnsOnceOfFloat64() throws MergeException {
        TestModel both = model(DType.F64, 1f, 2f);

        assertThat(warnings(
                        new TestMerge(temp, Average.plain()).models(model(DType.F32, 1f, 2.5f), List.of(both, both))))
                .filteredOn(w -> w.contains("F64"))
                .containsExactly("F64 tensors are rounded to F32 before merging");
    }

    @Test
    void warnsOfAnExpertThatEqualsTheBase() throws MergeException {
        TestModel base = model(DType.F32, 1f, 2f);

        assertThat(warnings(new TestMerge(temp, TaskArithmetic.of(1f))
                        .models(base, List.of(base, model(DType.F32, 1f, 2.5f)))))
                .containsExactly("expert expert-0 equals the base on all merged tensors");
    }

    @Test
    void warnsOfTheAverageOfOneExpert() throws MergeException {
        TestModel base = model(DType.F32, 1f, 2f);

        assertThat(warnings(new TestMerge(temp, Average.plain()).models(base, List.of(model(DType.F32, 1f, 2.5f)))))
                .containsExactly("the average of one expert is that expert: the base does not take part");
    }

    @Test
    void givesWarningsInTheSameOrderForAnyThreadCount() throws MergeException {
        List<List<String>> runs = new ArrayList<>();
        for (int threads : new int[] {1, 2, 7}) {
            TinyCheckpoint base = model(DType.F32, fine(0)).checkpoint().longs("ids", Shape.of(1), 1);
            TinyCheckpoint expert = model(DType.BF16, fine(0)).checkpoint().longs("ids", Shape.of(1), 2);
            runs.add(warnings(new TestMerge(temp, TaskArithmetic.of(0.5f))
                    .base(base)
                    .expert(expert)
                    .expert(base)
                    .limits(threads, 64)));
        }
        assertThat(runs.get(0)).hasSizeGreaterThan(2);
        assertThat(runs).containsOnly(runs.get(0));
    }
}
