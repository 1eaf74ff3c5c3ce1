package org.modelmerge.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.checkpoint.Checkpoint;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.checkpoint.SliceReader;
import org.modelmerge.checkpoint.StoredTensor;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Density;
import org.modelmerge.samples.OwnMethod.ClippedAverage;
import org.modelmerge.testing.TinyCheckpoint;

final class OwnMethodTest {
    private static final Path MODELS = Path.of("image-cnn");

    @TempDir
    Path temp;

    @Test
    void clipsEachTaskAtItsOwnRank() throws IOException, MergeException {
        Path base = write("base", 0, 0, 0, 0);
        Path a = write("a", 1, 2, 3, 100); // |tau| sorted: 1 2 3 100; rank 2 is 3
        Path b = write("b", -8, -1, 1, 1); // |tau| sorted: 1 1 1 8; rank 2 is 1
        assertThat(merged(new ClippedAverage(Density.fraction(0.5), 1), base, a, b))
                .containsExactly(0, 0.5f, 2, 2);
    }

    @Test
    void clipsNothingAtDensityOne() throws IOException, MergeException {
        Path base = write("base", 1, 1, 1, 1);
        Path a = write("a", 1, 3, -5, 101);
        assertThat(merged(new ClippedAverage(Density.percent(100), 0.5f), base, a))
                .containsExactly(1, 2, -2, 51);
    }

    @Test
    void keepsElementsThatNoExpertChanged() throws IOException, MergeException {
        Path base = write("base", 0.1f, -0f, 7, 3);
        Path a = write("a", 0.1f, -0f, 8, 4);
        assertThat(merged(new ClippedAverage(Density.fraction(0.5), 1), base, a))
                .startsWith(0.1f, -0f);
    }

    @Test
    void mergesTheSampleModels() throws MergeException {
        Printed printed = new Printed();
        List<Path> experts =
                List.of(MODELS.resolve("fashion-mnist.safetensors"), MODELS.resolve("sign-digits.safetensors"));
        OwnMethod.merge(
                new ClippedAverage(Density.percent(99), 1),
                MODELS.resolve("base.safetensors"),
                experts,
                temp.resolve("merged"),
                printed.stream());
        assertThat(printed.lines())
                .containsExactly("clipped-average {density=0.99, lambda=1.0}: wrote " + temp.resolve("merged"));
        try (Checkpoint merged = Checkpoint.open(temp.resolve("merged"))) {
            assertThat(merged.tensors()).hasSize(18);
            assertThat(merged.metadata()).containsEntry("modelmerge.method", "clipped-average");
        }
    }

    private Path write(String name, float... values) throws IOException {
        return new TinyCheckpoint().floats("w", Shape.of(2, 2), values).write(temp.resolve(name + ".safetensors"));
    }

    private float[] merged(ClippedAverage method, Path base, Path... experts) throws MergeException {
        OwnMethod.merge(method, base, List.of(experts), temp.resolve("merged"), new Printed().stream());
        try (Checkpoint merged = Checkpoint.open(temp.resolve("merged"))) {
            StoredTensor tensor = merged.tensors().get("w");
            float[] values = new float[4];
            new SliceReader(4).readFloats(tensor.shard().source(), tensor.info().dtype(), tensor.fileOffset(), values);
            return values;
        }
    }
}
