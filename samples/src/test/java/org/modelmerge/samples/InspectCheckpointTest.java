package org.modelmerge.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.TinyCheckpoint;

final class InspectCheckpointTest {
    @TempDir
    Path temp;

    @Test
    void listsTensorsWithNormsAndTotals() throws IOException, MergeException {
        Path file = new TinyCheckpoint()
                .floats("w", Shape.of(1, 2), 3, -4)
                .longs("steps", Shape.of(), 7)
                .write(temp.resolve("tiny.safetensors"));
        assertThat(inspect(file))
                .startsWith("w  F32 [1, 2]  norm 5.00000", "steps  I64 []")
                .last()
                .asString()
                .startsWith("2 tensors, 3 elements, ");
    }

    @Test
    void sumsOverMoreThanOneWindow() throws IOException, MergeException {
        float[] ones = new float[70_000];
        Arrays.fill(ones, 2);
        Path file = new TinyCheckpoint().floats("w", Shape.of(70_000), ones).write(temp.resolve("long.safetensors"));
        assertThat(inspect(file)).first().asString().isEqualTo("w  F32 [70000]  norm 529.150");
    }

    @Test
    void listsTheSampleOfPublishedModels() throws MergeException {
        assertThat(inspect(Path.of("ani", "ani-1x-0.safetensors")))
                .anyMatch(line -> line.startsWith("H.0.weight  F32 [160, 384]  norm "))
                .contains("32 tensors, 326660 elements, 1309128 bytes in 1 file(s)");
    }

    private static List<String> inspect(Path path) throws MergeException {
        Printed printed = new Printed();
        InspectCheckpoint.inspect(path, printed.stream());
        return printed.lines();
    }
}
